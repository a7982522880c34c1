/**
 * Where spans go, as users set it: OTLP, the console, lists, fallbacks, and the health that tells of it.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CollectorStub, startCollectorStub } from '../../support/collector-stub';
import { type Jaeger, startJaeger } from '../../support/jaeger';
import { needs } from '../../support/services';
import { runApp, traceApp } from '../../support/trace-app';

const app = join(__dirname, 'two-spans.cjs');

let jaeger: Jaeger | undefined;
let stub: CollectorStub;
before(async () => {
  stub = await startCollectorStub();
  if (await needs({ skip: () => {} }, 'jaeger')) jaeger = await startJaeger();
});
after(async () => {
  await stub.close();
  await jaeger?.stop();
});

for (const compression of ['none', 'gzip']) {
  test(`otlp: spans reach a real Jaeger, compression ${compression}`, async (t) => {
    if (!(await needs(t, 'jaeger'))) return;
    const service = `otlp-${compression}`;
    const env = {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: jaeger!.otlpUrl,
      OTEL_EXPORTER_OTLP_COMPRESSION: compression,
      OTEL_SERVICE_NAME: service,
    };
    const run = await runApp(app, { env });
    assert.deepEqual([run.stdout, run.stderr, run.code], ['out\n', '', 0]);
    const spans = (await jaeger!.findTracesOf(service, 2)).flat();
    assert.deepEqual(spans.map((span) => span.name).sort(), ['inner', 'outer']);
    const outer = spans.find((span) => span.name === 'outer')!;
    assert.equal(spans.find((span) => span.name === 'inner')!.parentSpanId, outer.spanId);
    assert.equal(outer.tags['url.full'], 'http://shop/mug');
  });
}

test("otlp: the traces' own endpoint and headers win over the general ones, and the sending is not traced", async () => {
  stub.posts = [];
  const env = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9/never',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${stub.url}/own/path`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-scope=general,x-other=o',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-scope=traces',
  };
  const run = await runApp(app, { env });
  assert.deepEqual([run.stdout, run.stderr, run.code], ['out\n', '', 0]);
  assert.deepEqual(
    stub.posts.map(({ path, headers }) => [
      path,
      headers['x-scope'],
      headers['x-other'],
      headers['content-type'],
      headers.traceparent,
    ]),
    [['/own/path', 'traces', 'o', 'application/x-protobuf', undefined]],
  );
});

test('otlp: another protocol is answered by one line, and only where otlp is used', async () => {
  const env = {
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_ENDPOINT: stub.url,
    OTEL_TRACES_EXPORTER: 'otlp',
  };
  const run = await runApp(app, { env });
  assert.match(
    run.stderr,
    /^tracing-agent: OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported by this version yet; using http\/protobuf .*\n$/,
  );
  const unused = await traceApp(app, { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } });
  assert.deepEqual([unused.stderr, unused.spans.length], ['', 2]);
});

test('jaeger,otlp: both get every span', async () => {
  stub.posts = [];
  const env = { OTEL_TRACES_EXPORTER: 'jaeger,otlp', OTEL_EXPORTER_OTLP_ENDPOINT: stub.url };
  const run = await traceApp(app, { env });
  assert.deepEqual([run.stdout, run.stderr, run.code], ['out\n', '', 0]);
  assert.deepEqual(run.spans.map((span) => span.name).sort(), ['inner', 'outer']);
  assert.deepEqual(
    stub.posts.map(({ path }) => path),
    ['/v1/traces'],
  );
  assert.ok(stub.posts[0]!.body.includes('inner') && stub.posts[0]!.body.includes('outer'));
});

test('console: a tree on stderr, and stdout stays as it was', async () => {
  const run = await runApp(app, { env: { OTEL_TRACES_EXPORTER: 'console', OTEL_SERVICE_NAME: 'shop' } });
  assert.deepEqual([run.stdout, run.code], ['out\n', 0]);
  assert.match(
    run.stderr,
    /^trace [0-9a-f]{32}, 2 spans\nshop: outer {2}\d+\.\d ms {2}\[http:\/\/shop\/mug\]\n└─ shop: inner {2}\d+\.\d ms\n$/,
  );
});

test('fallback: what an agent refuses, and a collector then, arrives as OTLP', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  const env = {
    JAEGER_AGENT_HOST: '127.0.0.1',
    JAEGER_AGENT_PORT: '1',
    TRACING_AGENT_EXPORTER_FALLBACK: 'http://127.0.0.1:1,otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: jaeger!.otlpUrl,
    OTEL_SERVICE_NAME: 'fallback-otlp',
  };
  const run = await runApp(app, { env });
  assert.deepEqual([run.stdout, run.code], ['out\n', 0]);
  assert.match(run.stderr, /TA_FAILOVER/);
  const spans = (await jaeger!.findTracesOf('fallback-otlp', 2)).flat();
  assert.deepEqual(spans.map((span) => span.name).sort(), ['inner', 'outer']);
});

test('fallback: what an agent refuses arrives at the collector', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  const env = {
    JAEGER_AGENT_HOST: '127.0.0.1',
    JAEGER_AGENT_PORT: '1',
    TRACING_AGENT_EXPORTER_FALLBACK: jaeger!.collectorUrl,
    OTEL_SERVICE_NAME: 'fallback-collector',
  };
  const run = await runApp(app, { env });
  assert.deepEqual([run.stdout, run.code], ['out\n', 0]);
  const spans = (await jaeger!.findTracesOf('fallback-collector', 2)).flat();
  assert.deepEqual(spans.map((span) => span.name).sort(), ['inner', 'outer']);
});

test('SIGUSR2 prints health as one line of JSON where a setting says so', async () => {
  const run = await traceApp(app, { env: { HEALTH: '1', TRACING_AGENT_HEALTH_SIGNAL: 'true' } });
  assert.deepEqual([run.stdout, run.code, run.signal], ['out\n', 0, null]);
  const lines = run.stderr.trimEnd().split('\n');
  assert.equal(lines.length, 1);
  const health = JSON.parse(lines[0]!);
  assert.deepEqual([health.agent, health.ended, health.droppedRefused], ['tracing-agent', 2, 0]);
});

test('SIGUSR2 does what it does without the agent, unless a setting says otherwise', async () => {
  const run = await traceApp(app, { env: { HEALTH: '1' } });
  const bare = await runApp(app, { env: { HEALTH: '1' }, preload: 'none' });
  assert.deepEqual([run.stderr, run.code, run.signal], [bare.stderr, bare.code, bare.signal]);
});

test("the agent's counters are among the application's own metrics", async () => {
  const run = await traceApp(join(__dirname, 'metrics.cjs'), { env: { OTEL_BSP_SCHEDULE_DELAY: '50' } });
  assert.deepEqual([run.stderr, run.code], ['', 0]);
  const { scopes, name, seen, causes } = JSON.parse(run.stdout);
  assert.deepEqual([scopes, name], [['shop', 'tracing-agent'], 'tracing_agent.spans']);
  // With the span of the process, where that is traced, it may be one more by then.
  const counted = new Map<string, number>(seen);
  assert.ok(counted.get('ended')! >= 5 && counted.get('sent')! >= 5, run.stdout);
  assert.deepEqual([...counted.keys()], ['ended', 'sent']);
  for (const cause of ['queue_full', 'receiver_full', 'too_large', 'refused', 'rejected', 'at_shutdown']) {
    assert.ok(causes.includes(cause), cause);
  }
});
