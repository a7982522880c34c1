/**
 * Guards what an application decides and says after a trace has begun: `sampling.priority`, baggage as logs and tags,
 * and ids of 64 bits, in child processes with the real preload.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type SeenSpan, traceApp } from '../../support/trace-app';

const fixture = join(__dirname, 'late-decision.cjs');
// Each request of the test's own is a trace of its own.
const env = { OTEL_PROPAGATORS: 'jaeger', OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' };
const servers = (spans: SeenSpan[]) => spans.filter((span) => span.tags['span.kind'] === 'server');
const path = (span: SeenSpan) => span.tags['url.path'];

test('sampling.priority 1 keeps an unsampled trace from there on, as a debug trace in the next service too', async () => {
  const run = await traceApp(fixture, {
    args: ['/plain', '/keep'],
    env: { ...env, OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
  });
  assert.equal(run.code, 0, run.stderr);
  const answers = JSON.parse(run.stdout);
  assert.match(answers['/plain']['uber-trace-id'], /:0$/);
  assert.match(answers['/keep']['uber-trace-id'], /:3$/);
  const kept = servers(run.spans).find((span) => path(span) === '/keep')!;
  assert.equal(kept.flags, 3);
  assert.equal(kept.tags['sampling.priority'], 1);
  const below = run.spans.filter((span) => span.parentSpanId === kept.spanId);
  assert.deepEqual(
    below.map((span) => [span.tags['span.kind'], span.flags]),
    [['client', 3]],
  );
  assert.deepEqual(servers(run.spans).map(path), ['/inner', '/keep']);
});

test('sampling.priority 0 drops what had not been sent of a trace', async () => {
  const run = await traceApp(fixture, { args: ['/plain', '/drop'], env });
  assert.equal(run.code, 0, run.stderr);
  assert.match(JSON.parse(run.stdout)['/drop']['uber-trace-id'], /:0$/);
  assert.deepEqual(servers(run.spans).map(path), ['/inner', '/plain']);
});

test('baggage that the application sets is a log of the span it was set on, and chosen keys are tags', async () => {
  const run = await traceApp(fixture, {
    args: ['/baggage'],
    env: { ...env, TRACING_AGENT_BAGGAGE_TAGS: 'tenant,absent' },
  });
  assert.equal(run.code, 0, run.stderr);
  assert.equal(JSON.parse(run.stdout)['/baggage']['uberctx-tenant'], 'red');
  const root = servers(run.spans).find((span) => path(span) === '/baggage')!;
  assert.deepEqual(
    root.logs.map((log) => log.fields),
    [
      { event: 'baggage', key: 'tenant', value: 'blue' },
      { event: 'baggage', key: 'tenant', value: 'red', override: 'true' },
    ],
  );
  assert.equal(root.tags.tenant, undefined);
  const called = run.spans.filter((span) => span.spanId !== root.spanId && path(span) === '/inner');
  assert.deepEqual(
    called.map((span) => span.tags.tenant),
    ['blue', 'red'],
    'the called service notes what came to it as tags, and not as logs',
  );
  assert.deepEqual(
    called.flatMap((span) => span.logs),
    [],
  );
});

test('JAEGER_TRACEID_128BIT=false makes ids of 64 bits, in headers too', async () => {
  const run = await traceApp(fixture, { args: ['/plain'], env: { ...env, JAEGER_TRACEID_128BIT: 'false' } });
  assert.match(JSON.parse(run.stdout)['/plain']['uber-trace-id'], /^[0-9a-f]{16}:[0-9a-f]{16}:0:1$/);
  for (const span of run.spans) assert.match(span.traceId, /^0{16}[0-9a-f]{16}$/);
});
