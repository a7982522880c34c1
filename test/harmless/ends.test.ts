/**
 * Guards how an application ends: on every way and every Node.js, its output, exit code and signal are what they are
 * without the agent, and its last spans arrive; those that were open are marked.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startCollectorStub } from '../support/collector-stub';
import { nodes } from '../support/nodes';
import { runApp, traceApp } from '../support/trace-app';

const app = join(__dirname, 'endings.cjs');
const ways: string[] = createRequire(__filename)(app);

/** Without the process's id; which line of Node's `emit` it was, that tells one listener from several; and our frames. */
const plain = (text: string) =>
  text
    .replace(/\(node:\d+\)/g, '(node:pid)')
    .replace(/\(node:events:\d+:\d+\)/g, '(node:events)')
    .replace(/^ {4}at .*(?:[\\/]dist[\\/]|AsyncLocalStorage).*\n/gm, '');

describe('ends as without the agent', { concurrency: 4 }, () => {
  for (const { name, path: node } of nodes) {
    for (const way of ways) {
      test(`Node ${name}: ${way}`, async () => {
        const [run, bare] = await Promise.all([
          traceApp(app, { node, args: [way] }),
          runApp(app, { node, args: [way], preload: 'none' }),
        ]);
        assert.deepEqual([run.code, run.signal], [bare.code, bare.signal]);
        assert.equal(plain(run.stdout), plain(bare.stdout));
        assert.equal(plain(run.stderr), plain(bare.stderr));
        if (way === 'no span at all') return assert.deepEqual(run.spans, []);
        const last = run.spans.filter((span) =>
          way === 'open at an exception' ? span.tags['url.path'] === '/kills' : span.name === way,
        );
        assert.equal(last.length, 1, `spans: ${run.spans.map((span) => span.name).join()}`);
        assert.equal(last[0]!.tags.unfinished, way.startsWith('open') ? true : undefined);
      });
    }
  }
});

describe('and with spans that go by HTTP', { concurrency: 4 }, () => {
  for (const way of [
    'natural',
    'exit',
    'exit in a listener of exit',
    'throw',
    'SIGTERM',
    'kill itself',
    'beforeExit, heard once',
    'open at exit',
    'worker ends',
    'worker exits',
  ]) {
    test(way, async () => {
      const stub = await startCollectorStub(202);
      try {
        const env = {
          TRACING_AGENT_ENDPOINT: `${stub.url}/api/traces`,
          // A bound for busy machines; nothing waits for it where the collector answers.
          TRACING_AGENT_FLUSH_ON_EXIT_MILLIS: '15000',
        };
        const run = await runApp(app, { args: [way], env });
        const bare = await runApp(app, { args: [way], preload: 'none' });
        assert.deepEqual([run.code, run.signal, run.stdout], [bare.code, bare.signal, bare.stdout]);
        assert.equal(plain(run.stderr), plain(bare.stderr));
        const sent = stub.posts.filter(({ body }) => body.includes(way));
        assert.equal(sent.length, 1);
      } finally {
        await stub.close();
      }
    });
  }
});

/** The kernel's table of them is read by another thread then, and not at all. */
for (const count of [200, 2_500]) {
  test(`and beside ${count} sockets`, async (t) => {
    const sockets = Array.from({ length: count }, () => createSocket('udp4'));
    t.after(() => {
      for (const each of sockets) each.close();
    });
    for (const each of sockets) each.bind(0, '127.0.0.1');
    await Promise.all(sockets.map((each) => once(each, 'listening')));
    for (const way of ['natural', 'natural later', 'exit', 'beforeExit again and again', 'SIGTERM']) {
      const run = await traceApp(app, { args: [way] });
      const bare = await runApp(app, { args: [way], preload: 'none' });
      assert.deepEqual([run.code, run.signal, run.stdout], [bare.code, bare.signal, bare.stdout]);
      assert.equal(plain(run.stderr), plain(bare.stderr));
      assert.equal(run.spans.filter(({ name }) => name === way).length, 1);
    }
  });
}
