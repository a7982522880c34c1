/**
 * The setting maxOverhead in a process: traces are shed and one line says so; unset, nothing is ever shed.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { runApp, type TracedRun } from '../support/trace-app';

const fixture = join(__dirname, 'overload-app.cjs');

/** To a receiver that looks at nothing: there are too many spans. */
async function run(milliseconds: number, env: Record<string, string>): Promise<Omit<TracedRun, 'spans'>> {
  const receiver = createSocket('udp4').bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  try {
    const TRACING_AGENT_AGENT_PORT = String(receiver.address().port);
    const to = { TRACING_AGENT_AGENT_HOST: '127.0.0.1', TRACING_AGENT_AGENT_PORT };
    return await runApp(fixture, { args: [String(milliseconds)], env: { ...to, ...env } });
  } finally {
    receiver.close();
  }
}

test('a process that does nothing but trace sheds new traces, says so once, and ends as ever', async () => {
  const { stdout, stderr, code } = await run(20_000, { TRACING_AGENT_MAX_OVERHEAD: '1%' });
  assert.deepEqual([stdout, code], ['true true\n', 0]);
  assert.equal(stderr.match(/TA_OVERLOAD/g)?.length, 1, stderr);
});

test('without the setting nothing is shed', async () => {
  const { stdout, stderr, code } = await run(3000, { TRACING_AGENT_LOG_LEVEL: 'error' });
  assert.deepEqual([stdout, stderr, code], ['false false\n', '', 0]);
});
