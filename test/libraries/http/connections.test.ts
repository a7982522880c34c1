/**
 * Connections of http that live on or go wrong, under the agent: each server span ends once, with the right status, and
 * nothing of ours adds a listener that Node would warn of.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { nodes } from '../../support/nodes';
import { runApp, traceApp } from '../../support/trace-app';
import { tree } from './span-tree';

const expected = [
  'CLIENT GET http://127.0.0.1/chat 101',
  '  SERVER GET /chat 101',
  'CLIENT GET http://127.0.0.1/refused 401 aborted ERROR',
  '  SERVER GET /refused 401',
  'CLIENT GET http://localhost/early - ECONNRESET ERROR',
  '  SERVER GET /early - aborted',
  'CLIENT GET http://localhost/events 200 aborted ERROR',
  '  SERVER GET /events 200 aborted',
  'CLIENT GET http://localhost/hints 200',
  '  SERVER GET /hints 200',
  'CLIENT GET http://localhost/many 200',
  '  SERVER GET /many 200',
  'CLIENT GET http://localhost/never - E_LATE ERROR',
  '  SERVER GET /never - aborted',
  'CLIENT GET http://localhost/socket-gone - ECONNRESET ERROR',
  '  SERVER GET /socket-gone - aborted',
  'CLIENT GET http://localhost/unchanged 304',
  '  SERVER GET /unchanged 304',
  'SERVER POST /upload - aborted',
];

for (const node of nodes) {
  test(`Node ${node.name}: WebSockets, event streams, timeouts and cut connections end their spans once`, async (t) => {
    if (!needsLibrary(t, 'ws')) return;
    const file = join(__dirname, 'connections.cjs');
    const options = { node: node.path, args: [libraryFolder('ws')!] };
    const [traced, bare] = await Promise.all([
      traceApp(file, options),
      runApp(file, { ...options, preload: 'none' }),
    ]);
    assert.deepEqual([traced.stdout, traced.stderr, traced.code], [bare.stdout, bare.stderr, 0]);
    assert.doesNotMatch(traced.stdout, /warning/);
    assert.deepEqual(tree(traced.spans), expected);
  });
}
