/**
 * What a Redis span says of a command: never what it was given.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointAt } from '../../../../src/patch/redis/endpoint';
import { Batch, operationName, queryText } from '../../../../src/patch/redis/statement';

test('a command is named in upper case, whatever the client wrote', () => {
  assert.equal(operationName('get'), 'GET');
  assert.equal(operationName('JSON.Set'), 'JSON.SET');
  assert.equal(operationName('_ft.debug'), '_FT.DEBUG');
});

test('what can not be the name of a command is not shown at all', () => {
  for (const text of ['GET customer:7', '', '7', 'a\r\nb', 'ключ', 'A'.repeat(49), '[object Object]']) {
    assert.equal(operationName(text), '', text);
  }
  assert.equal(operationName('A'.repeat(48)), 'A'.repeat(48), 'the longest that is');
  const { name, attributes } = endpointAt({ address: 'h' }).statement('GET customer:7', 0);
  assert.equal(name, 'redis');
  assert.deepEqual(attributes, { 'db.system.name': 'redis', 'server.address': 'h' });
});

test('arguments are counted, not shown', () => {
  assert.equal(queryText('PING', 0), 'PING');
  assert.equal(queryText('SET', 2), 'SET ? ?');
  assert.equal(queryText('HSET', 4), 'HSET ? ? ? ?');
  assert.equal(queryText('MGET', 5), 'MGET ? ? ? ? [1 more]');
  assert.equal(queryText('DEL', 5000), 'DEL ? ? ? ? [4996 more]');
});

test('a batch is named after its command where all are the same, and a batch of one is that command', () => {
  const of = (kind: 'MULTI' | 'PIPELINE', ...commands: [string, number][]) => {
    const batch = new Batch(kind);
    for (const [command, count] of commands) batch.add(command, count);
    const { name, attributes } = endpointAt({}).batch(batch);
    assert.equal(attributes['db.operation.name'], name);
    return [name, attributes['db.query.text'], attributes['db.operation.batch.size']];
  };
  assert.deepEqual(of('PIPELINE', ['get', 1], ['GET', 1]), ['PIPELINE GET', 'GET ?', 2]);
  assert.deepEqual(of('MULTI', ['set', 2], ['set', 4]), ['MULTI SET', 'SET ? ?; SET ? ? ? ?', 2]);
  assert.deepEqual(of('MULTI', ['set', 2], ['get', 1]), ['MULTI', 'SET ? ?; GET ?', 2]);
  assert.deepEqual(of('PIPELINE', ['get', 1]), ['GET', 'GET ?', undefined]);
  assert.deepEqual(of('MULTI'), ['MULTI', undefined, 0]);
  assert.deepEqual(of('PIPELINE', ['GET secret', 0], ['get', 1]), ['PIPELINE', '?; GET ?', 2]);
});

test('a long batch lists its first ten commands and counts the rest', () => {
  const batch = new Batch('PIPELINE');
  for (let at = 0; at < 12; at++) batch.add(at === 0 ? 'set' : 'get', 1);
  assert.equal(batch.text, `SET ?${'; GET ?'.repeat(9)}; [2 more]`);
});

test('a command that was seen before gives the same attributes object, and no other endpoint shares it', () => {
  const here = endpointAt({ address: 'here', port: 6380, database: 1 });
  assert.equal(here.statement('get', 1), here.statement('get', 1));
  assert.equal(endpointAt({ address: 'here', port: 6380, database: 1 }), here);
  assert.notEqual(here.statement('get', 2), here.statement('get', 1));
  assert.deepEqual(here.statement('get', 1).attributes, {
    'db.system.name': 'redis',
    'db.namespace': '1',
    'db.operation.name': 'GET',
    'db.query.text': 'GET ?',
    'server.address': 'here',
    'server.port': 6380,
  });
  assert.equal(
    endpointAt({ address: 'here', port: 6379 }).statement('get', 1).attributes['server.port'],
    undefined,
  );
});

test('what is remembered has an end', () => {
  const endpoint = endpointAt({ address: 'bounded' });
  for (let at = 0; at < 300; at++) endpoint.statement(`command${at}`, 0);
  assert.notEqual(
    endpoint.statement('late', 0),
    endpoint.statement('late', 0),
    'the 301st command is not kept',
  );
  assert.equal(endpoint.statement('command7', 16), endpoint.statement('command7', 16));
  assert.notEqual(endpoint.statement('command7', 17), endpoint.statement('command7', 17));
  assert.equal(endpoint.statement('late', 0).name, 'LATE', 'and is described all the same');
});
