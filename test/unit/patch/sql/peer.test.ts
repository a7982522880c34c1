/**
 * Guards how a database's address is told, and that clients of one place share what tells it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Peers } from '../../../../src/patch/sql/peer';

const base = { 'db.system.name': 'postgresql' };

test('a peer names a port only where it is not the usual one, also where it comes as digits', () => {
  const peers = new Peers(5432);
  const attributes = (port: unknown) => peers.get('postgresql', 'db', port, undefined).attributes;
  assert.deepEqual(attributes(5432), { ...base, 'server.address': 'db' });
  assert.deepEqual(attributes('5432'), { ...base, 'server.address': 'db' });
  assert.deepEqual(attributes('5433'), { ...base, 'server.address': 'db', 'server.port': 5433 });
  assert.deepEqual(attributes('odd'), { ...base, 'server.address': 'db' });
});

test('a Unix socket is its path, without a port', () => {
  const { attributes } = new Peers(5432).get('postgresql', '/var/run/postgresql', 5433, 'shop');
  assert.deepEqual(attributes, { ...base, 'db.namespace': 'shop', 'server.address': '/var/run/postgresql' });
});

test('connections to one place share a peer, up to a bound', () => {
  const peers = new Peers(5432);
  assert.equal(peers.get('postgresql', 'a', 1, 'b'), peers.get('postgresql', 'a', 1, 'b'));
  assert.notEqual(peers.get('postgresql', 'a', 1, 'b'), peers.get('postgresql', 'a', 1, 'c'));
  for (let i = 0; i < 1000; i++) peers.get('postgresql', `host-${i}`, 1, 'b');
  assert.notEqual(peers.get('postgresql', 'host-999', 1, 'b'), peers.get('postgresql', 'host-999', 1, 'b'));
});
