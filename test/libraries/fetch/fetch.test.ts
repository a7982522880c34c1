/**
 * Global fetch under the agent, on every Node version: each brings a different undici.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodes } from '../../support/nodes';
import { runApp, traceApp } from '../../support/trace-app';
import { tree } from '../http/span-tree';
import { fetchSpans } from './fetch-spans';

for (const node of nodes) {
  for (const name of ['global.cjs', 'global.mjs']) {
    test(`Node ${node.name}: every way in which fetch ends gives one span (${name})`, async () => {
      const file = join(__dirname, name);
      const traced = await traceApp(file, { node: node.path });
      const bare = await runApp(file, { node: node.path, preload: 'none' });
      assert.deepEqual([traced.stdout, traced.stderr, traced.code], [bare.stdout, bare.stderr, bare.code]);
      assert.deepEqual(tree(traced.spans), fetchSpans());
      assert.doesNotMatch(JSON.stringify(traced.spans), /canary/);
    });
  }
}

test('a fetch span carries the attributes of the conventions', async () => {
  const { spans } = await traceApp(join(__dirname, 'global.cjs'));
  const { tags } = spans.find((span) => String(span.tags['url.full']).includes('/get?'))!;
  const port = Number(/:(\d+)/.exec(String(tags['url.full']))![1]);
  const { 'otel.scope.name': _scope, 'otel.scope.version': _version, ...rest } = tags;
  assert.deepEqual(rest, {
    'span.kind': 'client',
    'http.request.method': 'GET',
    'url.full': `http://127.0.0.1:${port}/get?token=REDACTED`,
    'server.address': '127.0.0.1',
    'server.port': port,
    'network.peer.address': '127.0.0.1',
    'network.peer.port': port,
    'http.response.status_code': 200,
  });
});
