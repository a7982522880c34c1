/**
 * Guards that every span which ends leaves in a packet, or is counted by what it was lost to.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createCounters } from '../../../../src/diagnostics/counters';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { SpanBatcher, type SpanBatcherOptions } from '../../../../src/send/batch/span-batcher';
import { encodeProcess } from '../../../../src/send/process-tags';
import type { Done, Transport } from '../../../../src/send/transport/transport';
import { decodeEmitBatch } from '../../../../src/thrift/batch-decoder';

/** A transport that keeps what it is given until told what became of it. */
class HeldTransport implements Transport {
  readonly protocol = 'compact';
  readonly envelope = 'message';
  readonly packets: { bytes: Buffer; spans: number; done: Done }[] = [];
  constructor(readonly maxBytes = 65_000) {}
  prepare(): void {}
  send(packet: Buffer, spans: number, done: Done): void {
    this.packets.push({ bytes: packet, spans, done });
  }
  hold(): void {}
  drainNow(): void {}
  close(): void {}
  batch(index: number) {
    return decodeEmitBatch(this.packets[index]!.bytes);
  }
}

setLogWriter(() => {});
let transport: HeldTransport;
let counters = createCounters();

beforeEach(() => {
  transport = new HeldTransport();
  counters = createCounters();
});

function create(more: Partial<SpanBatcherOptions> = {}): SpanBatcher {
  return new SpanBatcher({
    transport,
    counters,
    encodeProcess: (resource: Resource) => encodeProcess(resource, 'compact'),
    maxBatchSize: 512,
    maxQueueSize: 1000,
    maxQueueBytes: 1_000_000,
    ...more,
  });
}

function spans(names: readonly string[], service = 'shop', attribute = ''): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const resource = resourceFromAttributes({ 'service.name': service });
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  for (const name of names) provider.getTracer('t').startSpan(name, { attributes: { attribute } }).end();
  return exporter.getFinishedSpans();
}

const many = (count: number) => spans(Array.from({ length: count }, (_, i) => `span ${i}`));

test('a full packet leaves in the same tick: every span of a tick is handed over, in order, numbered', () => {
  const batcher = create({ maxBatchSize: 100 });
  for (const span of many(1000)) batcher.append(span);
  assert.equal(transport.packets.length, 10);
  assert.deepEqual(
    transport.packets.map((_, index) => transport.batch(index).seqNo),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  const names = transport.packets.flatMap((_, index) =>
    transport.batch(index).spans.map((span) => span.operationName),
  );
  assert.deepEqual(
    names,
    Array.from({ length: 1000 }, (_, i) => `span ${i}`),
  );
});

test('a packet never passes the size of the transport, and no span is lost between packets', () => {
  transport = new HeldTransport(1300);
  const batcher = create();
  for (const span of many(200)) batcher.append(span);
  batcher.flush();
  assert.ok(transport.packets.length > 1);
  for (const { bytes } of transport.packets) assert.ok(bytes.length <= 1300);
  assert.equal(
    transport.packets.reduce((sum, { spans: count }) => sum + count, 0),
    200,
  );
});

test('a span whose process leaves it no room is counted', () => {
  transport = new HeldTransport(100);
  const batcher = create();
  for (const span of many(3)) batcher.append(span);
  batcher.flush();
  assert.equal(counters.droppedTooLarge, 3);
  assert.equal(transport.packets.length, 0);
});

test('10,000 spans that end in one tick all leave, though the network answers in a later one', () => {
  const taking = new HeldTransport();
  const send = taking.send.bind(taking);
  taking.send = (packet: Buffer, count: number, done: Done, taken?: () => void) => {
    send(packet, count, done);
    taken?.();
  };
  transport = taking;
  const batcher = create({ maxQueueSize: 8192, maxQueueBytes: 32 * 1024 * 1024 });
  for (const span of many(10_000)) batcher.append(span);
  let idle = 0;
  batcher.whenIdle(() => idle++);
  assert.equal(counters.droppedQueueFull, 0);
  assert.equal(idle, 0);
  assert.equal(
    transport.packets.reduce((sum, { spans: count }) => sum + count, 0),
    10_000,
  );
  assert.equal(
    new Set(
      transport.packets.flatMap((_, index) => transport.batch(index).spans.map((span) => span.operationName)),
    ).size,
    10_000,
  );
  for (const { done } of transport.packets) done();
  assert.equal(idle, 1);
  assert.equal(counters.sent, 10_000);
});

test('a full queue asks the transport for room before anything is dropped', () => {
  const asked: number[] = [];
  Object.assign(transport, {
    makeRoom(bytes: number) {
      asked.push(bytes);
      transport.packets.find((each) => !gone.has(each))!.done();
      gone.add(transport.packets.find((each) => !gone.has(each))!);
    },
  });
  const gone = new Set<object>();
  const batcher = create({ maxBatchSize: 100, maxQueueSize: 300 });
  for (const span of many(1000)) batcher.append(span);
  assert.equal(counters.droppedQueueFull, 0);
  assert.equal(asked.length, 7);
});

test('small packets that wait cost little more memory than their bytes', () => {
  const batcher = create({ maxBatchSize: 1, maxQueueSize: 1000, maxQueueBytes: 400_000 });
  for (const span of many(500)) batcher.append(span);
  assert.ok(transport.packets.length > 300, String(transport.packets.length));
  const memory = new Set(transport.packets.map(({ bytes }) => bytes.buffer));
  assert.ok([...memory].reduce((sum, { byteLength }) => sum + byteLength, 0) < 600_000);
  const names = transport.packets.map((_, index) => transport.batch(index).spans[0]!.operationName);
  assert.deepEqual(
    names,
    transport.packets.map((_, index) => `span ${index}`),
  );
});

test('a packet is sent when it is as full as the transport wants it, and smaller ones follow where it wants less', () => {
  const changing = Object.assign(transport, { fullBytes: 5_000 }) as { maxBytes: number };
  const batcher = create();
  for (const span of many(300)) batcher.append(span);
  assert.ok(transport.packets.length > 3);
  for (const { bytes } of transport.packets) assert.ok(bytes.length > 4_000 && bytes.length < 6_000);
  for (const { done } of [...transport.packets]) done();
  changing.maxBytes = 1_000;
  batcher.flush();
  const before = transport.packets.length;
  for (const span of many(300)) batcher.append(span);
  batcher.flush();
  assert.ok(transport.packets.slice(before).every(({ bytes }) => bytes.length <= 1_000));
});

test('spans that the network refuses later move from sent to refused, and two senders never mix', () => {
  const batcher = create();
  for (const span of many(5)) batcher.append(span);
  batcher.flush();
  transport.packets[0]!.done();
  batcher.refused(3);
  assert.deepEqual([counters.sent, counters.droppedRefused], [2, 3]);
  const first = transport;
  const firstCounters = counters;
  transport = new HeldTransport();
  counters = createCounters();
  const other = create();
  for (const span of many(5)) other.append(span);
  other.flush();
  assert.deepEqual([first.batch(0).seqNo, transport.batch(0).seqNo], [1, 1]);
  assert.equal(transport.batch(0).stats!.failedToEmitSpans, 0);
  for (const span of many(1)) batcher.append(span);
  batcher.flush();
  assert.deepEqual([first.batch(1).seqNo, first.batch(1).stats!.failedToEmitSpans], [2, 3]);
  assert.equal(firstCounters.ended, 6);
});

test('what does not fit the queue while the transport is busy is counted, and the next batch tells the collector', () => {
  const batcher = create({ maxBatchSize: 100, maxQueueSize: 300 });
  for (const span of many(1000)) batcher.append(span);
  assert.equal(transport.packets.length, 3);
  assert.equal(counters.droppedQueueFull, 700);
  for (const { done } of [...transport.packets]) done();
  for (const span of many(100)) batcher.append(span);
  assert.equal(transport.batch(3).stats!.fullQueueDroppedSpans, 700);
  transport.packets[3]!.done();
  assert.equal(counters.sent + counters.droppedQueueFull, counters.ended);
});

test('every cause of loss that a transport names has its counter', () => {
  const batcher = create({ maxBatchSize: 1 });
  const causes = ['unresolved', 'refused', 'rejected', 'tooLarge', 'shutdown'] as const;
  for (const span of many(causes.length)) batcher.append(span);
  for (const [index, cause] of causes.entries()) transport.packets[index]!.done(cause);
  const { droppedUnresolved, droppedRefused, droppedRejected, droppedTooLarge, droppedAtShutdown, sent } =
    counters;
  assert.deepEqual(
    [droppedUnresolved, droppedRefused, droppedRejected, droppedTooLarge, droppedAtShutdown, sent],
    [1, 1, 1, 1, 1, 0],
  );
});

test('spans of two providers travel under their own service names', () => {
  const batcher = create();
  for (const span of [...spans(['a'], 'one'), ...spans(['b'], 'two'), ...spans(['c'], 'two')])
    batcher.append(span);
  batcher.flush();
  const services = transport.packets.map((_, index) => transport.batch(index).process.serviceName);
  assert.deepEqual(services, ['one', 'two', 'two']);
});

test('whenIdle waits for what is under way, whatever becomes of it', () => {
  const batcher = create();
  for (const span of many(3)) batcher.append(span);
  let idle = 0;
  batcher.whenIdle(() => idle++);
  assert.equal(idle, 0);
  transport.packets[0]!.done('refused');
  assert.equal(idle, 1);
});

test('a packet is not reused before the transport is done with it', () => {
  const batcher = create({ maxBatchSize: 1 });
  for (const span of many(3)) batcher.append(span);
  const names = transport.packets.map((_, index) => transport.batch(index).spans[0]!.operationName);
  assert.deepEqual(names, ['span 0', 'span 1', 'span 2']);
});

test('a span that cannot be read is counted and the rest goes on', () => {
  const batcher = create();
  const [good] = spans(['good']);
  const bad = new Proxy(good!, {
    get(target, key) {
      if (key === 'attributes') throw new Error('no');
      return Reflect.get(target, key);
    },
  });
  batcher.append(bad);
  batcher.append(good!);
  batcher.flush();
  assert.equal(counters.droppedUnencodable, 1);
  assert.equal(transport.batch(0).spans.length, 1);
});
