/**
 * The viewer's metrics over time beside a real Jaeger's, whose Prometheus is one of this test: it gives Jaeger the
 * values that the viewer computed, so that the two answers must be the same. Guards that Jaeger's Monitor page and
 * Grafana read the viewer's.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { startViewer, type Viewer } from '../../src/viewer';
import { type Jaeger, startJaeger } from '../support/jaeger';
import { needs } from '../support/services';

interface Family {
  name: string;
  type: string;
  help: string;
  metrics: {
    labels: { name: string; value: string }[];
    metricPoints: { gaugeValue: { doubleValue: number | 'NaN' }; timestamp: string }[];
  }[];
}

/** What the Prometheus of this test answers with next, and what it was asked. */
let next: Family['metrics'] = [];
let asked = new URLSearchParams();
const prometheus = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  asked = new URLSearchParams(Buffer.concat(chunks).toString());
  const result = next.map(({ labels, metricPoints }) => ({
    metric: Object.fromEntries(
      labels.map(({ name, value }) => [name === 'operation' ? 'span_name' : name, value]),
    ),
    values: metricPoints.map(({ gaugeValue, timestamp }) => [
      Date.parse(timestamp) / 1000,
      String(gaugeValue.doubleValue),
    ]),
  }));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));
});

/** A whole minute, so that the moments are plain numbers of seconds. */
const END = Math.floor(Date.now() / 60_000) * 60_000;

let jaeger: Jaeger | undefined;
let viewer: Viewer;
before(async () => {
  await once(prometheus.listen(0, '127.0.0.1'), 'listening');
  const { port } = prometheus.address() as AddressInfo;
  if (await needs({ skip: () => {} }, 'jaeger'))
    jaeger = await startJaeger({ PROMETHEUS_PORT: String(port) }, 'metrics.yaml');
  viewer = await startViewer({
    queryPort: 0,
    compactPort: false,
    binaryPort: false,
    httpPort: false,
    otlpPort: false,
    samplingPort: false,
  });
  const spans = Array.from({ length: 30 }, (_, i) => ({
    traceID: (i + 1).toString(16),
    spanID: (i + 1).toString(16),
    operationName: i % 3 === 0 ? 'GET /' : 'POST /orders',
    references: [],
    // Two seconds apart, up to five seconds before the end.
    startTime: (END - 5000 - i * 2000) * 1000,
    duration: (i + 1) * 1000,
    tags: [
      { key: 'span.kind', type: 'string', value: i % 5 === 0 ? 'client' : 'server' },
      ...(i % 4 === 0 ? [{ key: 'error', type: 'bool', value: true }] : []),
    ],
    processID: i < 20 ? 'shop' : 'stock',
  }));
  const processes = { shop: { serviceName: 'shop' }, stock: { serviceName: 'stock' } };
  const answer = await fetch(`${viewer.addresses.query}/api/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: spans.map((span) => ({ spans: [span], processes })) }),
  });
  assert.ok(answer.ok, await answer.clone().text());
});
after(async () => {
  await jaeger?.stop();
  await viewer?.close();
  prometheus.close();
  prometheus.closeAllConnections();
});

/** Jaeger writes labels in any order. */
function inOrder(family: Family): Family {
  for (const { labels } of family.metrics) labels.sort((a, b) => (a.name < b.name ? -1 : 1));
  return family;
}

async function ask(base: string, path: string): Promise<{ status: number; body: any }> {
  const answer = await fetch(`${base}/api/metrics/${path}`);
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

const RANGE = `endTs=${END}&lookback=60000&step=10000&ratePer=20000`;
const PATHS = [
  `calls?service=shop&${RANGE}`,
  `calls?service=shop&service=stock&groupByOperation=true&${RANGE}`,
  `calls?service=shop&endTs=${END}`,
  `calls?service=nobody&${RANGE}`,
  `latencies?service=shop&service=stock&quantile=0.95&${RANGE}`,
  `latencies?service=stock&quantile=0.5&groupByOperation=1&${RANGE}&spanKind=server&spanKind=client`,
  `latencies?service=shop&quantile=0.999&endTs=${END + 500}&lookback=1000&step=250&ratePer=10000`,
  `errors?service=shop&${RANGE}`,
  `errors?service=stock&groupByOperation=t&spanKind=client&${RANGE}`,
  'minstep',
];

for (const path of PATHS) {
  test(`/api/metrics/${path.replaceAll(String(END), '…')} answers as Jaeger does`, async (t) => {
    if (!(await needs(t, 'jaeger'))) return;
    const ours = await ask(viewer.addresses.query, path);
    next = structuredClone(ours.body.metrics ?? []);
    const theirs = await ask(jaeger!.queryUrl, path);
    if (path === 'minstep') return assert.deepEqual(ours, theirs);
    assert.deepEqual(inOrder(ours.body), inOrder(theirs.body));
    assert.equal(ours.status, theirs.status);
    // The moments are those for which Jaeger asks.
    const seconds = (name: string) => Number(asked.get(name));
    for (const { metricPoints } of ours.body.metrics as Family['metrics']) {
      const times = metricPoints.map(({ timestamp }) => Date.parse(timestamp) / 1000);
      assert.equal(times[0], seconds('start'));
      assert.ok(times.at(-1)! <= seconds('end') && times.at(-1)! + seconds('step') > seconds('end'));
    }
  });
}

for (const path of [
  'calls',
  'latencies?service=shop',
  'latencies?service=shop&quantile=most',
  'calls?service=shop&spanKind=foo',
  'calls?service=shop&spanKind=',
  'calls?service=shop&groupByOperation=foo',
  'calls?service=shop&step=x',
  'calls?service=shop&endTs=now',
  'calls?service=shop&lookback=1h',
  'errors?service=shop&ratePer=x',
]) {
  test(`/api/metrics/${path} is refused with Jaeger's words`, async (t) => {
    if (!(await needs(t, 'jaeger'))) return;
    const [ours, theirs] = await Promise.all([
      ask(viewer.addresses.query, path),
      ask(jaeger!.queryUrl, path),
    ]);
    assert.equal(ours.status, 400);
    assert.deepEqual(ours, theirs);
  });
}

for (const path of [
  'calls?service=shop&step=0',
  'calls?service=shop&lookback=60000000',
  'latencies?service=shop&quantile=1.5',
  'calls?service=shop&endTs=9999999999999999',
]) {
  test(`/api/metrics/${path} is refused, not tried`, async () => {
    const { status, body } = await ask(viewer.addresses.query, path);
    assert.equal(status, 400);
    assert.equal(body.errors[0].code, 400);
  });
}

test('the metrics are those of the spans', async () => {
  const values = async (path: string): Promise<unknown> => {
    const { body } = await ask(viewer.addresses.query, path);
    return body.metrics.map(({ metricPoints }: Family['metrics'][number]) =>
      metricPoints.map(({ gaugeValue }) => gaugeValue.doubleValue),
    );
  };
  // In the ten seconds before the end: spans 0 to 2, of which 0 is a client and failed.
  const last = `service=shop&endTs=${END}&lookback=0&ratePer=10000`;
  assert.deepEqual(await values(`calls?${last}`), [[0.2]]);
  assert.deepEqual(await values(`calls?${last}&spanKind=client`), [[0.1]]);
  assert.deepEqual(await values(`errors?${last}`), [[0]]);
  assert.deepEqual(await values(`errors?${last}&spanKind=client&spanKind=server`), [[1 / 3]]);
  assert.deepEqual(await values(`latencies?${last}&quantile=0.5`), [[2]]);
  assert.deepEqual(await values(`latencies?${last}&quantile=0.51`), [[3]]);
  // What nobody called has no latency.
  const empty = `service=shop&endTs=${END}&lookback=5000&step=5000&ratePer=1000`;
  assert.deepEqual(await values(`latencies?${empty}&quantile=0.5&spanKind=client`), [[1, 'NaN']]);
});
