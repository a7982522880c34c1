/**
 * End to end: two real services under the agent, real Redis and PostgreSQL, and a real Jaeger asked what it has.
 */
import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type Jaeger, type StoredSpan, startJaeger } from '../support/jaeger';
import { floorNodes, nodes } from '../support/nodes';
import { startService } from '../support/service-process';
import { needs } from '../support/services';

const fixtures = join(__dirname, 'fixtures');
const context = { skip: () => {} };
let jaeger: Jaeger | undefined;
before(async () => {
  if (await needs(context, 'jaeger')) jaeger = await startJaeger();
});
after(() => jaeger?.stop());

/** How the agent is told where Jaeger is; each as a person would, by env alone. */
const transports: { name: string; env: (jaeger: Jaeger) => Record<string, string> }[] = [
  {
    name: 'UDP compact',
    env: ({ compactPort }) => ({
      OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
      OTEL_EXPORTER_JAEGER_AGENT_PORT: String(compactPort),
    }),
  },
  {
    name: 'UDP binary',
    env: ({ binaryPort }) => ({
      OTEL_EXPORTER_JAEGER_AGENT_HOST: '127.0.0.1',
      OTEL_EXPORTER_JAEGER_AGENT_PORT: String(binaryPort),
      TRACING_AGENT_AGENT_PROTOCOL: 'binary',
    }),
  },
  { name: 'HTTP', env: ({ collectorUrl }) => ({ OTEL_EXPORTER_JAEGER_ENDPOINT: collectorUrl }) },
];

for (const transport of transports) {
  test(`one request through two services is one trace in Jaeger, over ${transport.name}`, (t) =>
    oneRequest(t, transport.name, process.execPath, transport.env));
}

for (const node of [...nodes, ...floorNodes]) {
  if (node.path === process.execPath) continue;
  test(`one request through two services is one trace in Jaeger, on Node ${node.name}`, (t) =>
    oneRequest(t, `Node ${node.name}`, node.path, transports[0]!.env));
}

async function oneRequest(
  t: TestContext,
  name: string,
  node: string,
  transportEnv: (jaeger: Jaeger) => Record<string, string>,
): Promise<void> {
  if (!(await needs(t, 'jaeger', 'redis', 'postgres'))) return;
  const env = { ...transportEnv(jaeger!), OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' };
  const shopName = `shop over ${name}`;
  const stockName = `stock over ${name}`;
  const stock = await startService(join(fixtures, 'stock.cjs'), {
    node,
    env: { ...env, OTEL_SERVICE_NAME: stockName },
  });
  const shop = await startService(join(fixtures, 'shop.cjs'), {
    node,
    env: { ...env, OTEL_SERVICE_NAME: shopName, STOCK_PORT: String(stock.port) },
  });
  t.after(() => Promise.all([shop.stop(), stock.stop()]));
  const response = await fetch(`http://127.0.0.1:${shop.port}/orders/7?coupon=hidden`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { id: 7, note: 'hidden literal', stock: 70 });
  for (const service of [shop, stock]) {
    const { code, signal, stderr } = await service.stop();
    assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
  }

  const trace = await theTraceWith(shopName, 5);
  assert.equal(trace.length, 5, JSON.stringify(trace.map((span) => span.name)));
  const tree = trace.map((span) => `${span.service}: ${span.tags['span.kind']} ${span.name}`);
  const find = (service: string, kind: string, match: RegExp): StoredSpan => {
    const found = trace.filter(
      (span) => span.service === service && span.tags['span.kind'] === kind && match.test(span.name),
    );
    assert.equal(found.length, 1, `one ${kind} span ${match} of ${service} in ${JSON.stringify(tree)}`);
    return found[0]!;
  };
  const root = find(shopName, 'server', /^GET \/orders\/:id$/);
  const redis = find(shopName, 'client', /^SET/i);
  const sql = find(shopName, 'client', /^SELECT/i);
  const call = find(shopName, 'client', /^GET/);
  const second = find(stockName, 'server', /^GET \/stock\/:id$/);

  assert.equal(root.parentSpanId, '0000000000000000');
  assert.equal(redis.parentSpanId, root.spanId);
  assert.equal(sql.parentSpanId, root.spanId);
  assert.equal(call.parentSpanId, root.spanId);
  assert.equal(second.parentSpanId, call.spanId);
  assert.match(root.traceId, /^[0-9a-f]{32}$/);

  assert.equal(root.tags['http.request.method'], 'GET');
  assert.equal(root.tags['http.route'], '/orders/:id');
  assert.equal(root.tags['http.response.status_code'], 200);
  assert.equal(root.tags['url.path'], '/orders/7');
  assert.equal(redis.tags['db.system.name'], 'redis');
  assert.equal(redis.tags['db.operation.name'], 'SET');
  assert.equal(sql.tags['db.system.name'], 'postgresql');
  assert.equal(call.tags['http.request.method'], 'GET');
  assert.equal(call.tags['server.port'], stock.port);
  assert.equal(second.tags['http.route'], '/stock/:id');
  assert.doesNotMatch(
    JSON.stringify(trace),
    /hidden|secret/,
    'no value of the request, Redis or SQL is in a span',
  );

  for (const [span, service] of [
    [root, shop],
    [second, stock],
  ] as const) {
    assert.equal(span.processTags['deployment.environment.name'], 'test');
    assert.equal(span.processTags['process.pid'], service.pid);
    assert.equal(typeof span.processTags['telemetry.sdk.version'], 'string');
    assert.equal(span.processTags['telemetry.sdk.language'], 'nodejs');
    // Jaeger renames what its own clients called `hostname` and `jaeger.version`.
    assert.equal(span.processTags['host.name'], hostname());
    assert.match(String(span.processTags['opencensus.exporterversion']), /^Jaeger-tracing-agent-node-\d/);
    assert.match(String(span.processTags['client-uuid']), /^[0-9a-f-]{16,}$/);
    assert.equal(isIP(String(span.processTags.ip)), 4);
  }
  for (const span of trace) {
    assert.equal(span.tags.error, undefined, span.name);
    assert.ok(span.duration >= 0 && span.duration < 60e6, `${span.name} took ${span.duration} µs`);
    assert.ok(
      Math.abs(span.startTime / 1000 - Date.now()) < 600_000,
      `${span.name} started at ${span.startTime} µs`,
    );
  }
}

/** The one trace of a service once it has `count` spans. */
async function theTraceWith(service: string, count: number): Promise<StoredSpan[]> {
  const traces = await jaeger!.findTracesOf(service, count);
  assert.equal(traces.length, 1, JSON.stringify(traces.map((trace) => trace.map((span) => span.name))));
  return traces[0]!;
}
