/**
 * Clients that ask a sentinel where the master is, under the agent, against real Redis and sentinel processes: their
 * commands are spans, and what the libraries ask sentinels is none.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { outline } from '../../support/span-outline';
import { traceApp } from '../../support/trace-app';
import { startSentinel } from './sentinel-servers';

const ioredis = ['ioredis4-lowest', 'ioredis4', 'ioredis5-lowest', 'ioredis5', 'ioredis6'];
const iovalkey = ['iovalkey-lowest', 'iovalkey'];
// Not 5.0.0: behind a sentinel it hangs now and then for a minute or more, without the agent too.
const nodeRedis = ['redis5', 'redis6-lowest', 'redis6'];

test('commands behind a sentinel', async (t) => {
  const servers = await startSentinel(t);
  if (servers === undefined) return;
  t.after(servers.stop);
  const { master, name, sentinel } = servers;
  const env = { SENTINEL_PORT: String(sentinel), SENTINEL_NAME: name };
  const commands = {
    connect: [],
    commands: ['GET | GET ?', 'SET | SET ? ?'],
    transaction: ['MULTI INCR | INCR ?'],
  };

  for (const library of [...ioredis, ...iovalkey]) {
    await t.test(`${library}: spans name the sentinels and the node behind them`, async (t) => {
      if (!needsLibrary(t as never, library)) return;
      const app = join(__dirname, '../ioredis/sentinel.cjs');
      const run = await traceApp(app, { env: { ...env, LIBRARY: library } });
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(outline(run.spans), { ...commands, replica: ['GET | GET ?'] });
      const { tags } = run.spans.find((span) => span.name === 'SET')!;
      assert.equal(tags['server.address'], `127.0.0.1:${sentinel}`);
      assert.equal(tags['network.peer.port'], master);
    });
  }

  for (const library of nodeRedis) {
    await t.test(`${library}: spans name the master`, async (t) => {
      if (!needsLibrary(t as never, library)) return;
      const run = await traceApp(join(__dirname, 'sentinel.cjs'), { env: { ...env, LIBRARY: library } });
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(outline(run.spans), {
        ...commands,
        lease: ['GET | GET ?'],
        pubsub: ['PUBLISH | PUBLISH ? ?', 'SUBSCRIBE | SUBSCRIBE ?', 'UNSUBSCRIBE | UNSUBSCRIBE ?'],
      });
      assert.equal(run.spans.find((span) => span.name === 'SET')!.tags['server.port'], master);
    });
  }
});
