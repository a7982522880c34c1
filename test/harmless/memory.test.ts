/**
 * What a leak of the application's keeps of the agent: no span, and little memory; and that a steady load leaves nothing.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { repository } from '../support/cache';
import { plainEnv, runApp } from '../support/trace-app';

const REQUESTS = 50_000;
/** Spans that were never ended, as far as the agent remembers them (`open-spans.ts`), and those of connections. */
const MOST_OPEN = 1_100;

test('50,000 requests that each leak an AsyncResource keep no span, and their heap within 20 MB of the bare one', async () => {
  const [bare, traced] = await Promise.all(
    (['none', 'require'] as const).map(async (preload) => {
      const { stdout } = await runApp(join(__dirname, 'leak-app.cjs'), {
        preload,
        args: [String(REQUESTS)],
        env: { TRACING_AGENT_LOG_LEVEL: 'none', TRACING_AGENT_AGENT_PORT: '9' },
        timeout: 120_000,
      });
      return JSON.parse(stdout);
    }),
  );
  assert.equal(bare.requests, REQUESTS);
  assert.equal(traced.requests, REQUESTS);
  // What is left behind by a request still finds its trace.
  assert.equal(traced.ids, REQUESTS);
  if (traced.spans >= 0) assert.ok(traced.spans <= MOST_OPEN, `${traced.spans} spans are held`);
  const more = (traced.heap - bare.heap) / 1e6;
  assert.ok(more < 20, `${more.toFixed(1)} MB more than bare`);
});

test('a load of seconds, with failures and spans left open, leaves no span behind', async () => {
  const args = ['bench/soak.mjs', '--seconds', '8', '--rate', '300', '--every', '2', '--most', 'Infinity'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: repository, env: plainEnv() });
  const { requests, spansHeldAtEnd, ended, faults } = JSON.parse(stdout);
  assert.ok(requests > 100, `${requests} requests`);
  assert.ok(ended > requests / 2, `${ended} spans of ${requests} requests`);
  assert.equal(faults, 0);
  assert.ok(spansHeldAtEnd <= MOST_OPEN, `${spansHeldAtEnd} spans are held`);
});
