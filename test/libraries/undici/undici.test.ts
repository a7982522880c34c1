/**
 * The npm package undici under the agent, on every Node version.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodeNamed, nodes } from '../../support/nodes';
import { runApp, traceApp } from '../../support/trace-app';
import { fetchSpans } from '../fetch/fetch-spans';
import { tree } from '../http/span-tree';

const more = [
  ['CLIENT GET http://127.0.0.1/endless 200 UND_ERR_ABORTED ERROR', '  SERVER GET /endless 200 aborted'],
  ['CLIENT GET http://127.0.0.1/pool/1 200', '  SERVER GET /pool/1 200'],
  ['CLIENT GET http://127.0.0.1/pool/2 200', '  SERVER GET /pool/2 200'],
  ['CLIENT GET http://127.0.0.1/request-own 200'],
  ['CLIENT PATCH http://127.0.0.1/request?token=REDACTED 200', '  SERVER PATCH /request?token=REDACTED 200'],
  ['SERVER GET /request-own 200'],
];

for (const node of nodes) {
  test(`Node ${node.name}: fetch, request and pool of undici from npm give one span a request`, async () => {
    const file = join(__dirname, 'undici.cjs');
    const traced = await traceApp(file, { node: node.path });
    const bare = await runApp(file, { node: node.path, preload: 'none' });
    assert.deepEqual([traced.stdout, traced.stderr, traced.code], [bare.stdout, bare.stderr, bare.code]);
    assert.deepEqual(tree(traced.spans), fetchSpans(more));
    assert.doesNotMatch(JSON.stringify(traced.spans), /canary/);
  });

  test(`Node ${node.name}: undici as a static import of an ES module is traced`, async () => {
    const traced = await traceApp(join(__dirname, 'static-import.mjs'), { node: node.path });
    assert.deepEqual([traced.stderr, traced.code], ['', 0]);
    assert.deepEqual(tree(traced.spans), fetchSpans());
  });
}

const ABORT = /AbortError|TimeoutError|UND_ERR_ABORTED/;
for (const library of ['undici4', 'undici5', 'undici7', 'undici8']) {
  test(`${library}: fetch, request and pool give one span a request`, async (t) => {
    const node = nodeNamed('22');
    if (!needsLibrary(t, library) || node === undefined) return;
    const file = join(__dirname, 'undici.cjs');
    const env = { LIBRARY: library };
    const traced = await traceApp(file, { node: node.path, env });
    const bare = await runApp(file, { node: node.path, preload: 'none', env });
    assert.deepEqual([traced.stdout, traced.stderr, traced.code], [bare.stdout, bare.stderr, bare.code]);
    // Of undici 4 every abort has one name.
    const named = (spans: string[]) =>
      library === 'undici4' ? spans.map((line) => line.replace(ABORT, 'ABORT_ERR')).sort() : spans;
    assert.deepEqual(named(tree(traced.spans)), named(fetchSpans(more)));
  });
}
