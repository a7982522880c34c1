/**
 * End to end: more spans in one turn of the event loop than a batch holds, all in a real Jaeger.
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

for (const transport of ['UDP compact', 'UDP binary', 'HTTP']) {
  test(`1,000 spans that end in one tick, and the process after them, are all in Jaeger, over ${transport}`, async (t) => {
    if (!(await needs(t, 'jaeger'))) return;
    const address = agentAddress(transport, jaeger!);
    const run = await runApp(join(__dirname, 'fixtures/spans-in-one-tick.cjs'), {
      env: { ...address, COUNT: '1000' },
    });
    assert.deepEqual({ code: run.code, stderr: run.stderr }, { code: 0, stderr: '' });
    const spans = await jaeger!.findTrace(run.stdout.trim(), 1000);
    assert.equal(spans.length, 1000);
    assert.equal(new Set(spans.map((span) => span.spanId)).size, 1000);
    const root = spans.find((span) => span.name === 'root');
    assert.ok(spans.every((span) => span === root || span.parentSpanId === root?.spanId));
    assert.deepEqual(
      spans.flatMap((span) => (span === root ? [] : [Number(span.tags.index)])).sort((a, b) => a - b),
      Array.from({ length: 999 }, (_, index) => index + 1),
    );
  });
}

test('10,000 spans that end in one tick all leave over HTTP, with the default queue', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  const run = await runApp(join(__dirname, 'fixtures/spans-in-one-tick.cjs'), {
    env: { ...agentAddress('HTTP', jaeger!), COUNT: '10000', TRACING_AGENT_FLUSH_ON_EXIT_MILLIS: '15000' },
  });
  assert.deepEqual({ code: run.code, stderr: run.stderr }, { code: 0, stderr: '' });
  assert.equal((await jaeger!.findTrace(run.stdout.trim(), 10_000)).length, 10_000);
});

function agentAddress(
  transport: string,
  { compactPort, binaryPort, collectorUrl }: Jaeger,
): Record<string, string> {
  if (transport === 'HTTP') return { OTEL_EXPORTER_JAEGER_ENDPOINT: collectorUrl };
  const binary = transport === 'UDP binary';
  return {
    OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
    OTEL_EXPORTER_JAEGER_AGENT_PORT: String(binary ? binaryPort : compactPort),
    TRACING_AGENT_AGENT_PROTOCOL: binary ? 'binary' : 'compact',
  };
}
