/**
 * Guards the spans of memcached's client, with OpenTelemetry's instrumentation driven by this agent, against a real
 * memcached: in their caller's trace, without keys and values, and nothing changed for the application.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { servicesRequired } from '../../support/cache';
import { needsLibrary } from '../../support/libraries';
import { runApp, traceApp } from '../../support/trace-app';
import { freePort } from '../redis/redis-servers';

const app = join(__dirname, 'stock-app.cjs');

/** The port of a memcached of the test's own; undefined, and the test skipped, where there is none to start. */
async function startMemcached(t: TestContext): Promise<string | undefined> {
  if (spawnSync('memcached', ['-V']).error !== undefined) {
    const reason = 'no memcached on the PATH to start; "apt-get install memcached"';
    if (servicesRequired) throw new Error(`REQUIRE_SERVICES=1: ${reason}`);
    t.skip(reason);
    return undefined;
  }
  const port = String(await freePort());
  const child = spawn('memcached', ['-vv', '-l', '127.0.0.1', '-p', port, '-U', '0', '-u', 'nobody'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('server listening')) resolve();
    });
    child.once('exit', () => reject(new Error(`memcached did not start: ${said}`)));
  });
  return port;
}

test("what is asked of memcached is in its caller's trace, without keys", async (t) => {
  if (!needsLibrary(t, 'memcached')) return;
  const port = await startMemcached(t);
  if (port === undefined) return;
  const { spans, stdout, stderr, code } = await traceApp(app, { args: [port] });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const bare = await runApp(app, { args: [port], preload: 'none' });
  assert.equal(stdout, bare.stdout);
  const ask = spans.find((span) => span.name === 'ask')!;
  const asked = spans.filter((span) => span !== ask);
  assert.deepEqual(
    asked.map((span) => [span.name, span.parentSpanId, span.tags['span.kind'], span.tags['error.type']]),
    ['set', 'get', 'get', 'incr', 'delete', 'get'].map((name) => [
      `memcached ${name}`,
      ask.spanId,
      'client',
      name === 'incr' ? 'Error' : undefined,
    ]),
  );
  assert.equal(asked[0]?.tags['server.port'], Number(port));
  assert.doesNotMatch(JSON.stringify(spans), /secret-/);
});
