/**
 * End to end: a burst that is many times what a receiver's buffer holds is spread so that a real Jaeger receives it.
 * On Linux all of it, since the sender sees how full that buffer is.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Jaeger, startJaeger } from '../support/jaeger';
import { needs } from '../support/services';
import { runApp } from '../support/trace-app';

let jaeger: Jaeger | undefined;
before(async () => {
  if (await needs({ skip: () => {} }, 'jaeger')) jaeger = await startJaeger();
});
after(() => jaeger?.stop());

for (const [packets, env] of [
  ['packets as large as can be', {}],
  ['packets of 8,000 bytes', { TRACING_AGENT_MAX_PACKET_SIZE: '8000' }],
] as const) {
  test(`10,000 spans that end in one tick all leave, spread, in ${packets}, and the process after them`, async (t) => {
    if (!(await needs(t, 'jaeger'))) return;
    const run = await runApp(join(__dirname, 'fixtures/spans-in-one-tick.cjs'), {
      env: {
        ...env,
        OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
        OTEL_EXPORTER_JAEGER_AGENT_PORT: String(jaeger!.compactPort),
        COUNT: '10000',
        // Jaeger may get no processor for a while.
        TRACING_AGENT_FLUSH_ON_EXIT_MILLIS: '15000',
      },
    });
    // A line on stderr would say that some were dropped.
    assert.deepEqual({ code: run.code, stderr: run.stderr }, { code: 0, stderr: '' });
    // Elsewhere UDP promises nothing where the machine is busy; without a pace far less than half arrives.
    const spans = await jaeger!.findTrace(run.stdout.trim(), process.platform === 'linux' ? 10_000 : 9_000);
    assert.equal(new Set(spans.map((span) => span.spanId)).size, spans.length);
  });
}
