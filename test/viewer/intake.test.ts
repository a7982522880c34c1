/**
 * The viewer as others meet it over the network: what it takes in, what it refuses and counts, what it pushes and keeps.
 * Guards that no input ends it or loses another's spans, and that other sites can't read from it.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startViewer, type Viewer, type ViewerOptions } from '../../src/viewer';
import { repository } from '../support/cache';
import { nodeNamed } from '../support/nodes';
import * as oracle from '../support/thrift-oracle';

const NONE = {
  compactPort: false,
  binaryPort: false,
  httpPort: false,
  otlpPort: false,
  samplingPort: false,
} as const;

async function viewer(t: TestContext, options: ViewerOptions = {}): Promise<Viewer> {
  const started = await startViewer({ ...NONE, queryPort: 0, ...options });
  t.after(() => started.close());
  return started;
}

function batch(
  trace: number,
  seqNo?: number,
  stats?: oracle.PlainBatch['stats'],
  startTime = Date.now() * 1000,
): oracle.PlainBatch {
  const id = trace.toString(16).padStart(16, '0');
  const span = {
    traceIdLow: id,
    traceIdHigh: '1'.repeat(16),
    spanId: id,
    parentSpanId: '0'.repeat(16),
    operationName: 'GET /',
    flags: 1,
    startTime,
    duration: 1000,
    tags: [],
    references: [],
    logs: [],
  };
  return { process: { serviceName: 'shop', tags: [] }, spans: [span], seqNo, stats } as oracle.PlainBatch;
}

function post(url: string, body: Uint8Array | string, headers: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body });
}

async function json(base: string, path: string): Promise<any> {
  return (await fetch(base + path)).json();
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds()); ) {
    assert.ok(Date.now() < end, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const THRIFT = { 'content-type': 'application/x-thrift' };

test('malformed packets and bodies are counted with a reason, and what comes between them is kept', async (t) => {
  const target = await viewer(t, { compactPort: 0, httpPort: 0, otlpPort: 0 });
  const socket = createSocket('udp4');
  const port = Number(target.addresses.compact!.split(':').at(-1));
  const good = oracle.encodeEmitBatch(batch(1), 'compact');
  const packets = [
    Buffer.from('nonsense'),
    good.subarray(0, good.length - 5),
    Buffer.alloc(0),
    good,
    Buffer.from([0x82]),
  ];
  for (const packet of packets) socket.send(packet, port, '127.0.0.1');
  await until('all packets are read', () => target.counters.malformed === 4 && target.spans === 1);
  socket.close();
  const { http, otlp, query } = target.addresses;
  const body = oracle.encodeBatch(batch(2));
  const answers: [number, Promise<Response>][] = [
    [400, post(http!, 'x', THRIFT)],
    [400, post(http!, body, { ...THRIFT, 'content-encoding': 'gzip' })],
    [415, post(http!, body, { 'content-type': 'text/plain' })],
    [415, post(http!, body, { ...THRIFT, 'content-encoding': 'br' })],
    [405, fetch(http!)],
    [202, post(http!, gzipSync(body), { ...THRIFT, 'content-encoding': 'gzip' })],
    [413, post(http!, gzipSync(Buffer.alloc(65 * 1024 * 1024)), { ...THRIFT, 'content-encoding': 'gzip' })],
    [400, post(otlp!, '{', { 'content-type': 'application/json' })],
    [400, post(otlp!, Buffer.from([0x0a, 0xff, 0xff]), { 'content-type': 'application/x-protobuf' })],
    [
      200,
      post(otlp!, '{"resourceSpans":[{"scopeSpans":[null,{"spans":[{"traceId":5}]}]}]}', {
        'content-type': 'application/json',
      }),
    ],
  ];
  for (const [status, answer] of answers) assert.equal((await answer).status, status);
  const { data } = await json(query, '/api/agents');
  assert.equal(target.spans, 2);
  assert.equal(data.counters.malformed, 4 + 5);
  assert.equal(data.counters.tooLarge, 1);
  assert.equal(data.counters.refusedRequests, 3);
  assert.ok(data.refused.every(({ why, port: at }: any) => why !== '' && at !== ''));
});

test('OTLP: half a body, cycles, duplicates and the future are counted and shown, in JSON and in protobuf', async (t) => {
  const target = await viewer(t, { otlpPort: 0 });
  const { otlp, query } = target.addresses;
  const traceId = 'c'.repeat(32);
  const now = Date.now();
  const span = (spanId: string, parentSpanId: string, name: string, milliseconds = now) => ({
    traceId,
    spanId: spanId.repeat(16),
    parentSpanId: parentSpanId.repeat(16),
    name,
    startTimeUnixNano: `${milliseconds}000000`,
    endTimeUnixNano: `${milliseconds + 1}000000`,
  });
  const spans = [
    span('1', '2', 'a'),
    span('2', '1', 'b'),
    span('3', '3', 'itself'),
    span('4', '', 'once'),
    span('4', '', 'twice'),
    span('5', '4', 'later', now + 3_600_000),
  ];
  const attributes = [{ key: 'service.name', value: { stringValue: 'odd' } }];
  const text = JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] });
  const asJson = { 'content-type': 'application/json' };
  assert.equal((await post(otlp!, text, asJson)).status, 200);
  const [shown] = (await json(query, `/api/traces/${traceId}`)).data;
  const warned = (name: string) =>
    shown.spans.find((each: any) => each.operationName === name).warnings?.join() ?? '';
  for (const name of ['a', 'b', 'itself']) assert.match(warned(name), /cycle/);
  for (const name of ['once', 'twice']) assert.match(warned(name), /duplicate span id/);
  assert.match(warned('later'), /future/);
  const counted = async () => (await json(query, '/api/agents')).data;
  const { counters } = await counted();
  assert.deepEqual([counters.duplicateSpans, counters.futureSpans, counters.malformed], [1, 1, 0]);
  let refused = 0;
  for (let length = 1; length < text.length; length += 37) {
    assert.equal((await post(otlp!, text.slice(0, length), asJson)).status, 400);
    refused++;
  }
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { ProtobufTraceSerializer } = await import('@opentelemetry/otlp-transformer');
  const whole = ProtobufTraceSerializer.serializeRequest([
    {
      name: 'whole',
      kind: 1,
      spanContext: () => ({ traceId: 'd'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1 }),
      startTime: [Math.floor(now / 1000), 0],
      endTime: [Math.floor(now / 1000), 1000],
      duration: [0, 1000],
      status: { code: 0 },
      attributes: { a: 'b' },
      links: [],
      events: [],
      ended: true,
      resource: resourceFromAttributes({ 'service.name': 'odd' }),
      instrumentationScope: { name: 'test' },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    },
  ])!;
  const asProtobuf = { 'content-type': 'application/x-protobuf' };
  // It is one message to its end: cut off anywhere, it is none.
  for (let length = 1; length < whole.length; length++) {
    assert.equal((await post(otlp!, whole.slice(0, length), asProtobuf)).status, 400, `${length} bytes`);
    refused++;
  }
  assert.equal((await post(otlp!, whole, { 'content-type': 'application/grpc' })).status, 415);
  assert.equal((await post(otlp!, whole, asProtobuf)).status, 200);
  const after = await counted();
  assert.equal(after.counters.malformed, refused);
  assert.equal(after.counters.refusedRequests, 1);
  assert.equal(after.refused.length, 50);
  assert.equal(target.spans, spans.length + 1);
  const brotli = { ...asJson, 'content-encoding': 'br' };
  assert.equal((await post(`${query}/api/import`, '{}', brotli)).status, 415);
  const zeros = gzipSync(Buffer.alloc(65 * 1024 * 1024));
  assert.equal(
    (await post(`${query}/api/import`, zeros, { ...asJson, 'content-encoding': 'gzip' })).status,
    413,
  );
  assert.equal(
    (await post(`${query}/api/import`, 'x', { ...asJson, 'content-encoding': 'gzip' })).status,
    400,
  );
  const last = (await counted()).counters;
  assert.deepEqual([last.tooLarge, last.malformed, last.refusedRequests], [1, refused + 1, 2]);
});

/** fetch writes `Host` itself. */
async function status(url: string, headers: Record<string, string>): Promise<number> {
  const request = get(url, { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode!;
}

test('only loopback names and those that are allowed may ask, and no other origin', async (t) => {
  const target = await viewer(t, { httpPort: 0, allowedHosts: ['dev.example'] });
  const { query, http } = target.addresses;
  assert.match(query, /^http:\/\/127\.0\.0\.1:/);
  const { port } = new URL(query);
  for (const [headers, expected] of [
    [{ host: `127.0.0.1:${port}` }, 200],
    [{ host: `localhost:${port}` }, 200],
    [{ host: `app.localhost:${port}` }, 200],
    [{ host: 'dev.example' }, 200],
    [{ host: 'evil.example' }, 403],
    [{ host: '192.0.2.7' }, 403],
    [{ host: 'localhost.evil.example' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: `http://localhost:${port}` }, 200],
  ] as [Record<string, string>, number][])
    assert.equal(await status(`${query}/api/services`, headers), expected, JSON.stringify(headers));
  const answer = await post(http!, oracle.encodeBatch(batch(1)), {
    ...THRIFT,
    origin: 'http://evil.example',
  });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get('access-control-allow-origin'), null);
  const form = await post(`${query}/api/clear`, '', { 'content-type': 'text/plain' });
  assert.equal(form.status, 415);
  assert.equal(await status(`${query}/..%2f..%2fpackage.json`, {}), 404);
});

test('batches that never came and what a sender says it lost are seen', async (t) => {
  const target = await viewer(t, { httpPort: 0 });
  const stats = { fullQueueDroppedSpans: 3, tooLargeDroppedSpans: 2, failedToEmitSpans: 1 };
  for (const seqNo of [5, 6, 9, 8])
    await post(target.addresses.http!, oracle.encodeBatch(batch(seqNo, seqNo, stats)), THRIFT);
  const { data } = await json(target.addresses.query, '/api/agents');
  assert.equal(data.agents.length, 1);
  assert.equal(data.agents[0].lostBatches, 1);
  assert.equal(data.counters.lostBatches, 1);
  assert.deepEqual(data.agents[0].dropped, { fullQueue: 3, tooLarge: 2, failedToEmit: 1 });
  // A process that starts anew counts from 1 again: that loses nothing.
  for (const seqNo of [1, 2])
    await post(target.addresses.http!, oracle.encodeBatch(batch(seqNo + 20, seqNo)), THRIFT);
  assert.equal((await json(target.addresses.query, '/api/agents')).data.counters.lostBatches, 1);
});

test('a page that listens hears of what matches, and gets the traces that it watches', async (t) => {
  const target = await viewer(t, { httpPort: 0 });
  const watched = `${'1'.repeat(16)}${'7'.padStart(16, '0')}`;
  const abort = new AbortController();
  t.after(() => abort.abort());
  const url = `${target.addresses.query}/api/live?q=traceID%3D${watched}&traces=${watched}`;
  const response = await fetch(url, { signal: abort.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
  })().catch(() => {});
  const events = (name: string) =>
    [...text.matchAll(new RegExp(`event: ${name}\ndata: (.*)\n\n`, 'g'))].map(([, data]) =>
      JSON.parse(data!),
    );
  await until('hello', () => events('hello').length === 1);
  for (const trace of [6, 7, 8]) await post(target.addresses.http!, oracle.encodeBatch(batch(trace)), THRIFT);
  await until('the trace', () => events('trace').length > 0 && events('changes').length > 0);
  assert.equal(events('trace').at(-1).traceID, watched);
  assert.deepEqual(
    events('changes').flatMap(({ traces }) => traces.map((each: any) => each.traceID)),
    [watched],
  );
  await until('counters', () => events('counters').at(-1)?.counters.spansReceived === 3);
  abort.abort();
  await reading;
});

test('search says where a query is wrong, statistics and tags answer, an export is imported, all is cleared', async (t) => {
  const target = await viewer(t, { httpPort: 0 });
  for (const trace of [1, 2, 3]) await post(target.addresses.http!, oracle.encodeBatch(batch(trace)), THRIFT);
  const { query } = target.addresses;
  const wrong = await json(query, '/api/search?q=service%3D');
  assert.deepEqual(
    { position: wrong.errors[0].position, code: wrong.errors[0].code },
    { position: 8, code: 400 },
  );
  assert.equal((await json(query, '/api/search?q=service%3Dsh*&limit=2')).total, 3);
  assert.equal((await json(query, '/api/search?limit=2')).data.length, 2);
  const [row] = (await json(query, '/api/stats')).data;
  assert.deepEqual(
    [row.service, row.operation, row.count, row.p50, row.p99],
    ['shop', 'GET /', 3, 1000, 1000],
  );
  assert.deepEqual((await json(query, '/api/tags?key=service')).data, [{ value: 'shop', count: 3 }]);
  const exported = await (await fetch(`${query}/api/export?limit=10`)).text();
  const cleared = await post(`${query}/api/clear`, '', { 'content-type': 'application/json' });
  assert.deepEqual(((await cleared.json()) as any).data, { traces: 3 });
  assert.equal(target.spans, 0);
  const imported = await post(`${query}/api/import`, exported, { 'content-type': 'application/json' });
  const { traceIDs, ...sums } = ((await imported.json()) as any).data;
  assert.deepEqual(sums, { traces: 3, spans: 3, skipped: [] });
  const ids = JSON.parse(exported).data.map((each: { traceID: string }) => each.traceID);
  assert.deepEqual(traceIDs.sort(), ids.sort());
  assert.equal(await (await fetch(`${query}/api/export?limit=10`)).text(), exported);
  const broken = await post(`${query}/api/import`, '{"data": 1\n "x": 2}', {
    'content-type': 'application/json',
  });
  assert.equal(broken.status, 400);
  assert.equal(((await broken.json()) as any).errors[0].line, 2);
});

test('the sampling port serves the file, and its new content once it changes', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'viewer-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'strategies.json');
  const write = (param: number, seconds: number) => {
    const own = { service: 'shop', type: 'ratelimiting', param };
    writeFileSync(
      file,
      JSON.stringify({ default_strategy: { type: 'probabilistic', param: 0.5 }, service_strategies: [own] }),
    );
    utimesSync(file, seconds, seconds);
  };
  write(3, 1_000_000);
  const target = await viewer(t, { samplingPort: 0, strategies: file });
  const ask = (service: string) => json(target.addresses.sampling!, `?service=${service}`);
  const limited = (most: number) => ({
    strategyType: 'RATE_LIMITING',
    rateLimitingSampling: { maxTracesPerSecond: most },
  });
  assert.deepEqual(await ask('shop'), limited(3));
  assert.deepEqual(await ask('x'), {
    strategyType: 'PROBABILISTIC',
    probabilisticSampling: { samplingRate: 0.5 },
  });
  write(9, 2_000_000);
  assert.deepEqual(await ask('shop'), limited(9));
  writeFileSync(file, '{');
  assert.deepEqual(await ask('shop'), limited(9));
  assert.match((await json(target.addresses.query, '/api/sampling')).data.error, /JSON/);
});

test('a port that is taken is named, and nothing stays open', async (t) => {
  const target = await viewer(t);
  const port = Number(new URL(target.addresses.query).port);
  await assert.rejects(startViewer({ ...NONE, compactPort: 0, queryPort: port }), {
    code: 'EADDRINUSE',
    message: `the viewer can't listen on port ${port} for query: another process listens there`,
  });
});

for (const name of ['22', '24', '26']) {
  test(`traces outlive a restart in a file, on Node ${name}`, async (t) => {
    const node = nodeNamed(name);
    if (node === undefined) return t.skip(`no Node ${name}: npm run nodes`);
    const folder = mkdtempSync(join(tmpdir(), 'viewer-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const run = async (trace: number) => {
      const body = oracle.encodeBatch(batch(trace)).toString('base64');
      const code = `
        const { startViewer } = require(${JSON.stringify(join(repository, 'dist/viewer.js'))});
        (async () => {
          const none = { compactPort: false, binaryPort: false, otlpPort: false, samplingPort: false };
          const viewer = await startViewer({ ...none, queryPort: 0, httpPort: 0, file: ${JSON.stringify(join(folder, 'traces.db'))} });
          const before = viewer.traces;
          await fetch(viewer.addresses.http, { method: 'POST', headers: { 'content-type': 'application/x-thrift' }, body: Buffer.from('${body}', 'base64') });
          const { data } = await (await fetch(viewer.addresses.query + '/api/traces?service=shop')).json();
          console.log(JSON.stringify({ before, after: data.length, errors: viewer.counters.fileErrors }));
          await viewer.close();
        })();`;
      const child = spawn(node.path, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      child.stdout.on('data', (text) => {
        out += text;
      });
      await once(child, 'close');
      return JSON.parse(out);
    };
    assert.deepEqual(await run(1), { before: 0, after: 1, errors: 0 });
    assert.deepEqual(await run(2), { before: 1, after: 2, errors: 0 });
  });
}

test('without SQLite, a file is refused with what to do', async (t) => {
  if (process.getBuiltinModule?.('node:sqlite') !== undefined) return t.skip('this Node has it');
  await assert.rejects(
    startViewer({ ...NONE, queryPort: 0, file: '/nowhere/x.db' }),
    /Node 22.5.*npm install better-sqlite3/s,
  );
});
