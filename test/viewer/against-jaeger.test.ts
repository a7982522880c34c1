/**
 * The viewer beside a real Jaeger: the same spans, as Thrift and as OTLP, give the same answers, field by field.
 * Guards that Grafana and Jaeger's own page can sit on the viewer.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { after, before, test } from 'node:test';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { startViewer, type Viewer } from '../../src/viewer';
import { type Jaeger, startJaeger } from '../support/jaeger';
import { needs } from '../support/services';
import * as oracle from '../support/thrift-oracle';

const NOW = Date.now() * 1000;
const HIGH = '5b8efff798038103';

let jaeger: Jaeger | undefined;
let viewer: Viewer;
before(async () => {
  if (await needs({ skip: () => {} }, 'jaeger')) jaeger = await startJaeger();
  viewer = await startViewer({
    queryPort: 0,
    compactPort: 0,
    binaryPort: 0,
    httpPort: 0,
    otlpPort: 0,
    samplingPort: 0,
  });
});
after(async () => {
  await jaeger?.stop();
  await viewer?.close();
});

const tag = {
  text: (key: string, vStr: string) => ({ key, vType: 0, vStr }),
  double: (key: string, vDouble: number) => ({ key, vType: 1, vDouble }),
  bool: (key: string, vBool: boolean) => ({ key, vType: 2, vBool }),
  long: (key: string, vLong: number | bigint) => ({ key, vType: 3, vLong }),
  binary: (key: string, vBinary: Buffer) => ({ key, vType: 4, vBinary }),
};

/** Three spans of two services: a request, the call it makes, and what answers that. */
function batches(trace: number, failed: boolean): oracle.PlainBatch[] {
  const low = (0x1000 + trace).toString(16).padStart(16, '0');
  const id = (number: number) => (trace * 16 + number).toString(16).padStart(16, '0');
  const base = { traceIdHigh: HIGH, traceIdLow: low, flags: 1, references: [], logs: [] };
  const start = NOW - 60_000_000 + trace * 1_000_000;
  const duration = 10_000 * (trace + 1);
  const shop = [
    {
      ...base,
      spanId: id(1),
      parentSpanId: id(0).replace(/./g, '0'),
      operationName: 'GET /orders/:id',
      startTime: start,
      duration,
      tags: [
        tag.text('span.kind', 'server'),
        ...(trace === 2 ? [tag.long('http.status_code', 503)] : []),
        tag.long('http.response.status_code', failed ? 500 : 200),
        tag.long('big', 2n ** 60n + 1n),
        tag.double('ratio', 0.25),
        tag.text('größe', 'ключ 漢 😀'),
        tag.binary('raw', Buffer.from([1, 2, 255])),
        ...(failed ? [tag.bool('error', true), tag.text('otel.status_description', 'no mug')] : []),
      ],
      logs: [
        { timestamp: start + 10, fields: [tag.text('event', 'exception'), tag.text('exception.type', 'E')] },
        { timestamp: start + 20, fields: [tag.text('message', 'plain')] },
      ],
    },
    {
      ...base,
      spanId: id(2),
      parentSpanId: id(1),
      operationName: 'GET',
      startTime: start + 100,
      duration: duration - 200,
      tags: [
        tag.text('span.kind', 'client'),
        tag.bool('cached', false),
        tag.text('url.full', 'http://stock/mug'),
      ],
      references: [{ refType: 1, traceIdHigh: HIGH, traceIdLow: low, spanId: id(9) }],
    },
  ];
  const stock = [
    {
      ...base,
      spanId: id(3),
      parentSpanId: id(2),
      operationName: 'GET /stock/:id',
      startTime: start + 200,
      duration: duration - 400,
      tags: [tag.text('span.kind', 'server'), tag.long('http.response.status_code', 200)],
    },
  ];
  const process = (serviceName: string) => ({
    serviceName,
    tags: [tag.text('host.name', 'box'), tag.long('process.pid', 7)],
  });
  return [
    { process: process('shop'), spans: shop as never },
    { process: process('stock'), spans: stock as never },
  ];
}

function send(port: number, packet: Buffer): Promise<void> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.send(packet, port, '127.0.0.1', (error) => {
      socket.close();
      if (error) reject(error);
      else resolve();
    });
  });
}

async function post(url: string, type: string, body: Uint8Array): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
  assert.ok(response.ok, `${url} answered ${response.status}`);
}

const portOf = (address: string | null) => Number(address?.split(':').at(-1));

async function sendAll(): Promise<void> {
  for (const batch of batches(0, false)) {
    const packet = oracle.encodeEmitBatch(batch, 'compact');
    await Promise.all([send(jaeger!.compactPort, packet), send(portOf(viewer.addresses.compact), packet)]);
  }
  for (const batch of batches(1, true)) {
    const packet = oracle.encodeEmitBatch(batch, 'binary');
    await Promise.all([send(jaeger!.binaryPort, packet), send(portOf(viewer.addresses.binary), packet)]);
  }
  for (const batch of batches(2, false)) {
    const body = oracle.encodeBatch(batch);
    await post(jaeger!.collectorUrl, 'application/x-thrift', body);
    await post(viewer.addresses.http!, 'application/x-thrift', body);
  }
  const otlp = ProtobufTraceSerializer.serializeRequest([otlpSpan()])!;
  await post(`${jaeger!.otlpUrl}/v1/traces`, 'application/x-protobuf', otlp);
  await post(viewer.addresses.otlp!, 'application/x-protobuf', otlp);
  for (const low of ['1000', '1001', '1002']) await jaeger!.findTrace(HIGH + low.padStart(16, '0'), 3);
  await jaeger!.findTrace(OTLP_TRACE, 1);
  for (const end = Date.now() + 10_000; viewer.spans < 10; ) {
    assert.ok(Date.now() < end, `${viewer.spans} spans in the viewer`);
    await new Promise(setImmediate);
  }
}

const OTLP_TRACE = '0af7651916cd43dd8448eb211c80319c';

function otlpSpan(): ReadableSpan {
  const seconds = Math.floor(NOW / 1e6) - 30;
  return {
    name: 'SELECT shop',
    kind: 2,
    spanContext: () => ({ traceId: OTLP_TRACE, spanId: 'b7ad6b7169203331', traceFlags: 1 }),
    startTime: [seconds, 1_234_000],
    endTime: [seconds, 3_500_000],
    duration: [0, 2_266_000],
    status: { code: 2, message: 'lost' },
    attributes: {
      'db.system.name': 'postgresql',
      rows: 3,
      share: 0.5,
      ok: true,
      list: ['a', 'b'],
      much: 2 ** 52,
    },
    links: [{ context: { traceId: HIGH + HIGH, spanId: 'b7ad6b7169203332', traceFlags: 1 }, attributes: {} }],
    events: [{ name: 'exception', time: [seconds, 2_000_000], attributes: { 'exception.type': 'Error' } }],
    ended: true,
    resource: { attributes: { 'service.name': 'otlp shop', 'host.name': 'box' } },
    instrumentationScope: { name: 'tracing-agent', version: '1.0' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } as unknown as ReadableSpan;
}

interface Answer {
  status: number;
  body: any;
}

async function ask(base: string, path: string): Promise<Answer> {
  const response = await fetch(base + path);
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) };
}

/** Without what has no order in Jaeger: its lists come from maps. Each span holds its process. */
function plain({ status, body }: Answer): unknown {
  const data = body.data;
  if (!Array.isArray(data)) return { status, data };
  const sorted = (list: any[]) => [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const traces = data.map((each) => {
    if (!each?.spans) return each;
    const { processes, spans, ...rest } = each;
    const inlined = spans.map(({ processID, ...span }: any) => {
      const process = processes[processID];
      return { ...span, process: { ...process, tags: sorted(process.tags) } };
    });
    return { ...rest, spans: inlined.sort((a: any, b: any) => (a.spanID < b.spanID ? -1 : 1)) };
  });
  const { total, limit, offset } = body;
  return { status, total, limit, offset, errors: body.errors, data: sorted(traces) };
}

const SHOP = '/api/traces?service=shop';
const PATHS = [
  '/api/services',
  '/api/services/shop/operations',
  '/api/services/nobody/operations',
  '/api/operations?service=shop',
  '/api/operations?service=shop&spanKind=client',
  '/api/operations?service=otlp%20shop',
  `/api/traces/${HIGH}0000000000001000`,
  `/api/traces/${HIGH}0000000000001001`,
  `/api/traces/${HIGH}0000000000001001?prettyPrint=true`,
  `/api/traces/${HIGH}0000000000001002`,
  `/api/traces/${OTLP_TRACE}`,
  `/api/traces?traceID=${OTLP_TRACE}&traceID=${HIGH}0000000000001000`,
  SHOP,
  `${SHOP}&operation=GET`,
  `${SHOP}&operation=${encodeURIComponent('GET /orders/:id')}&minDuration=15ms`,
  `${SHOP}&maxDuration=12ms`,
  `${SHOP}&minDuration=1h`,
  `${SHOP}&tags=${encodeURIComponent('{"http.response.status_code":"500"}')}`,
  `${SHOP}&tag=http.response.status_code:200&tag=host.name:box`,
  `${SHOP}&tag=exception.type:E`,
  `${SHOP}&tag=cached:false`,
  `${SHOP}&tag=ratio:0.25`,
  `${SHOP}&tag=big:${2n ** 60n + 1n}`,
  `${SHOP}&tag=cached:true`,
  `${SHOP}&start=${NOW - 59_500_000}&end=${NOW - 58_500_000}`,
  `${SHOP}&start=${NOW - 70_000_000}&end=${NOW - 65_000_000}`,
  '/api/traces?service=nobody',
  '/api/traces?service=stock&limit=2000',
];

for (const path of PATHS) {
  test(`${decodeURIComponent(path)} answers as Jaeger does`, async (t) => {
    if (!(await needs(t, 'jaeger'))) return;
    await sent();
    const [ours, theirs] = await Promise.all([
      ask(viewer.addresses.query, path),
      ask(jaeger!.queryUrl, path),
    ]);
    assert.deepEqual(plain(ours), plain(theirs));
  });
}

test('/api/dependencies answers as Jaeger does', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  await sent();
  const path = `/api/dependencies?endTs=${Date.now()}&lookback=3600000`;
  const [ours, theirs] = await Promise.all([ask(viewer.addresses.query, path), ask(jaeger!.queryUrl, path)]);
  assert.deepEqual(plain(ours), plain(theirs));
  assert.ok((ours.body.data as unknown[]).length > 0);
});

test('?raw=true answers as Jaeger does, but for the order of tags', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  await sent();
  const path = `/api/traces/${HIGH}0000000000001001?raw=true`;
  const [ours, theirs] = await Promise.all(
    [viewer.addresses.query, jaeger!.queryUrl].map(async (base) => {
      const answer = await ask(base, path);
      for (const span of answer.body.data[0].spans)
        for (const tags of [span.tags, ...span.logs.map((log: any) => log.fields)])
          tags.sort((a: any, b: any) => (a.key < b.key ? -1 : 1));
      return answer;
    }),
  );
  assert.deepEqual(plain(ours!), plain(theirs!));
  // As it was sent.
  const raw = await ask(viewer.addresses.query, path);
  const root = raw.body.data[0].spans.find((span: any) => span.references.length === 0);
  assert.deepEqual(root.tags.map(({ key }: any) => key).slice(0, 3), [
    'span.kind',
    'http.response.status_code',
    'big',
  ]);
});

for (const path of [
  '/api/traces',
  '/api/traces/0000000000000000000000000000abcd',
  '/api/traces/nonsense',
  `${SHOP}&minDuration=soon`,
  `${SHOP}&minDuration=2s&maxDuration=1s`,
  `${SHOP}&tag=nocolon`,
  `${SHOP}&tags={`,
  `${SHOP}&limit=many`,
  `${SHOP}&start=today`,
  '/api/operations',
]) {
  test(`${path} is refused with Jaeger's status`, async (t) => {
    if (!(await needs(t, 'jaeger'))) return;
    await sent();
    const [ours, theirs] = await Promise.all([
      ask(viewer.addresses.query, path),
      ask(jaeger!.queryUrl, path),
    ]);
    assert.equal(ours.status, theirs.status);
    assert.equal(ours.body.data, null);
    assert.equal(ours.body.errors[0].code, theirs.body.errors[0].code);
  });
}

test('v3: services, operations and a trace answer as in Jaeger', async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  await sent();
  for (const path of ['/api/v3/services', '/api/v3/operations?service=shop']) {
    const [ours, theirs] = await Promise.all([
      ask(viewer.addresses.query, path),
      ask(jaeger!.queryUrl, path),
    ]);
    const inOrder = ({ body }: Answer) =>
      (Object.values(body)[0] as unknown[]).map((each) => JSON.stringify(each)).sort();
    assert.deepEqual(inOrder(ours), inOrder(theirs));
  }
  const [ours, theirs] = await Promise.all(
    [viewer.addresses.query, jaeger!.queryUrl].map((base) => ask(base, `/api/v3/traces/${OTLP_TRACE}`)),
  );
  const span = ({ body }: Answer) => body.result.resourceSpans[0].scopeSpans[0].spans[0];
  for (const field of ['traceId', 'spanId', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano', 'status'])
    assert.deepEqual(span(ours!)[field], span(theirs!)[field], field);
});

/** What Jaeger exports comes in, and goes out the same. */
test("an export of Jaeger's is imported without a difference", async (t) => {
  if (!(await needs(t, 'jaeger'))) return;
  await sent();
  const other = await startViewer({
    queryPort: 0,
    compactPort: false,
    binaryPort: false,
    httpPort: false,
    otlpPort: false,
    samplingPort: false,
  });
  t.after(() => other.close());
  const path = `/api/traces/${HIGH}0000000000001001`;
  const exported = await (await fetch(jaeger!.queryUrl + path)).text();
  const answer = await fetch(`${other.addresses.query}/api/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: exported,
  });
  assert.deepEqual(((await answer.json()) as Answer['body']).data, {
    traces: 1,
    spans: 3,
    traceIDs: [`${HIGH}0000000000001001`],
    skipped: [],
  });
  assert.deepEqual(plain(await ask(other.addresses.query, path)), plain(await ask(jaeger!.queryUrl, path)));
});

let sending: Promise<void> | undefined;
function sent(): Promise<void> {
  sending ??= sendAll();
  return sending;
}
