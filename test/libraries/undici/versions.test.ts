/**
 * Each major of undici from npm under the agent: every way to send a request gives one client span for each request
 * that is sent, below the request that asked for it, also where it had to wait in a pool.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { type NodeVersion, nodeNamed } from '../../support/nodes';
import { runApp, traceApp } from '../../support/trace-app';
import { tree } from '../http/span-tree';

const own: NodeVersion = { name: process.versions.node.split('.')[0]!, path: process.execPath };

/**
 * With the major that it behaves like, since the first of a major has few of its changes, and with the Node.js versions
 * to start it on; undici 8 needs 22.19.
 */
const copies: [name: string, major: number, nodes: (NodeVersion | undefined)[]][] = [
  ['undici4-lowest', 4, [own]],
  ['undici4', 4, [own, nodeNamed('18')]],
  ['undici5-lowest', 4, [own]],
  ['undici5', 5, [own, nodeNamed('26')]],
  ['undici6-lowest', 5, [own]],
  ['undici', 6, [own, nodeNamed('18')]],
  ['undici7-lowest', 6, [own]],
  ['undici7', 7, [own, nodeNamed('26')]],
  ['undici8-lowest', 8, [nodeNamed('24')]],
  ['undici8', 8, [nodeNamed('24'), nodeNamed('26')]],
];

function expected(major: number): string[] {
  const pair = (method: string, path: string) => [
    `  CLIENT ${method} http://127.0.0.1/${path} 200`,
    `    SERVER ${method} /${path} 200`,
  ];
  const below: Record<string, string[]> = {
    abort: [
      `  CLIENT GET http://127.0.0.1/abort - ${major < 6 ? 'UND_ERR_ABORTED' : 'AbortError'} ERROR`,
      '    SERVER GET /abort - aborted',
    ],
    agent: pair('GET', 'agent'),
    connect: ['  CLIENT CONNECT http://127.0.0.1/ 200', '    SERVER CONNECT 200'],
    fetch: [...pair('GET', 'landed'), '  CLIENT GET http://127.0.0.1/moved 302', '    SERVER GET /moved 302'],
    // Answered by undici itself: nothing is sent.
    mock: [],
    pipeline: pair('POST', 'pipeline'),
    pool1: pair('GET', 'pool1'),
    pool2: pair('GET', 'pool2'),
    pool3: pair('GET', 'pool3'),
    request: pair('GET', 'request'),
    stream: pair('GET', 'stream'),
    upgrade: ['  CLIENT GET http://127.0.0.1/upgrade 101', '    SERVER GET /upgrade 101'],
  };
  if (major >= 6) {
    below.retry = [
      ...pair('GET', 'flaky'),
      `  CLIENT GET http://127.0.0.1/flaky 503 ${major === 6 ? 'UND_ERR_REQ_RETRY' : '503'} ERROR`,
      '    SERVER GET /flaky 503 503 ERROR',
    ];
  }
  return Object.keys(below)
    .sort()
    .flatMap((name) => [`SERVER GET /${name} 200`, ...below[name]!]);
}

for (const [name, major, nodes] of copies) {
  for (const node of nodes) {
    if (node === undefined) continue;
    test(`${name} on Node ${node.name}: one span for each request that is sent, below its caller`, async (t) => {
      if (!needsLibrary(t, name)) return;
      const file = join(__dirname, 'versions.cjs');
      const options = { node: node.path, args: [libraryFolder(name)!, String(major)] };
      const traced = await traceApp(file, options);
      const bare = await runApp(file, { ...options, preload: 'none' });
      assert.deepEqual([traced.stdout, traced.stderr, traced.code], [bare.stdout, bare.stderr, 0]);
      // The requests that the fixture asks with belong to a trace from outside.
      const outside = tree(traced.spans).filter((line) => !line.startsWith('CLIENT'));
      assert.deepEqual(outside, expected(major));
    });
  }
}
