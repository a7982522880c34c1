/**
 * What the real server can't show of the patch of pg: pg-native's query objects, frozen ones, and failures of our own.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Tools } from '../../../../src/patch/instrumentation';
import { patch } from '../../../../src/patch/sql/pg';

function recorder(broken = false) {
  const log: string[] = [];
  let recording = true;
  const span = {
    isRecording: () => recording,
    setAttribute: (key: string, value: unknown) => log.push(`${key} ${value}`),
  };
  const tools = {
    wanted: () => ROOT_CONTEXT,
    startClientSpan(name: string) {
      if (broken) throw new Error('broken');
      log.push(`start ${name}`);
      return span;
    },
    endClientSpan(_span: unknown, error?: Error) {
      recording = false;
      log.push(error === undefined ? 'end' : `end ${error.message}`);
    },
    fault: (error: Error) => log.push(`fault ${error.message}`),
  };
  return { log, tools: tools as unknown as Tools };
}

const library = { name: 'pg', version: '8.0.0', file: 'lib/index.js', directory: '' };

function clientFor(tools: Tools, answer: (config: any) => unknown) {
  class Client {
    query(config: any, _values?: any, _callback?: any) {
      return answer(config);
    }
  }
  patch({ Client }, library, tools);
  return new Client();
}

test("a query object of pg-native ends its span by its 'end', and never touches pg.native", () => {
  const { log, tools } = recorder();
  class NativeQuery extends EventEmitter {
    text = 'SELECT 1';
    submit() {}
    handleError() {}
  }
  const client = clientFor(tools, (query) => query);
  const query = new NativeQuery();
  assert.equal(client.query(query), query);
  assert.deepEqual(log, ['start SELECT']);
  assert.equal(query.listenerCount('error'), 0);
  query.emit('end', { command: 'SELECT', rowCount: 3 });
  assert.deepEqual(log, ['start SELECT', 'db.response.returned_rows 3', 'end']);

  const lazy = {
    Client: class {
      query() {}
    },
    get native() {
      return assert.fail('pg.native was read');
    },
  };
  patch(lazy, library, tools);
});

test('a frozen query object stays as it is', () => {
  const { log, tools } = recorder();
  const query = Object.freeze({ text: 'SELECT 1', submit() {}, handleError() {}, handleReadyForQuery() {} });
  const client = clientFor(tools, (config) => config);
  assert.equal(client.query(query), query);
  assert.deepEqual(log, ['start SELECT', 'end']);
});

test('a failure of ours is reported and the query runs untraced', async () => {
  const { log, tools } = recorder(true);
  const client = clientFor(tools, () => Promise.resolve('answer'));
  assert.equal(await client.query('SELECT 1'), 'answer');
  assert.deepEqual(log, ['fault broken']);
});
