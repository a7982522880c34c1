/** Guards the header that names the trace of an answer: only where a setting asks for it, and only of sampled traces. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { traceApp } from '../../support/trace-app';

const run = (env: Record<string, string>) => traceApp(join(__dirname, 'response-header.cjs'), { env });

test('TRACING_AGENT_RESPONSE_HEADER names sampled traces, over HTTP/1 and HTTP/2', async () => {
  const named = await run({ TRACING_AGENT_RESPONSE_HEADER: 'X-Trace' });
  const traces = named.spans
    .filter((span) => span.tags['span.kind'] === 'server')
    .map((span) => span.traceId);
  assert.deepEqual(named.stdout.trim().split('\n'), traces);
  assert.equal(traces.length, 2);
  assert.equal((await run({})).stdout, '-\n-\n');
  const unsampled = await run({
    TRACING_AGENT_RESPONSE_HEADER: 'x-trace',
    OTEL_TRACES_SAMPLER: 'always_off',
  });
  assert.equal(unsampled.stdout, '-\n-\n');
});
