/**
 * Node's https server and client under the agent, with a self-signed certificate, on every Node version.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodes } from '../../support/nodes';
import { runApp, traceApp } from '../../support/trace-app';
import { tree } from '../http/span-tree';

for (const node of nodes) {
  for (const name of ['pair.cjs', 'pair.mjs']) {
    test(`Node ${node.name}: requests over TLS are traced with scheme and full URL (${name})`, async () => {
      const file = join(__dirname, name);
      const traced = await traceApp(file, { node: node.path });
      const bare = await runApp(file, { node: node.path, preload: 'none' });
      assert.deepEqual([traced.stdout, traced.stderr, traced.code], [bare.stdout, bare.stderr, bare.code]);
      assert.deepEqual(tree(traced.spans), [
        'CLIENT POST https://localhost/front?secret=REDACTED&REDACTED 201',
        '  SERVER POST /front?secret=REDACTED&REDACTED 201',
        ...['before', 'in-close', 'in-data', 'in-end', 'in-finish'].flatMap((path) => [
          `    CLIENT GET https://localhost/${path}?token=REDACTED 200`,
          `      SERVER GET /${path}?token=REDACTED 200`,
        ]),
      ]);
      assert.doesNotMatch(JSON.stringify(traced.spans), /canary/);
      const servers = traced.spans.filter((span) => span.tags['span.kind'] === 'server');
      assert.deepEqual([...new Set(servers.map((span) => span.tags['url.scheme']))], ['https']);
    });
  }
}
