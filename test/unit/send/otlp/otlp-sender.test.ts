/**
 * Guards that every span for OTLP is sent or counted, whatever the collector answers.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { type Counters, createCounters } from '../../../../src/diagnostics/counters';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { OtlpSender, type OtlpSenderOptions } from '../../../../src/send/otlp/otlp-sender';
import { type CollectorStub, startCollectorStub } from '../../../support/collector-stub';

let said = '';
setLogWriter((line) => {
  said += line;
});
let stub: CollectorStub;
let counters: Counters;
let sender: OtlpSender;
beforeEach(async () => {
  said = '';
  stub = await startCollectorStub();
  counters = createCounters();
});
afterEach(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT;
  await sender.shutdown();
  await stub.close();
});

function start(more: Partial<OtlpSenderOptions> = {}): BasicTracerProvider {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = stub.url;
  sender = new OtlpSender({
    counters,
    maxBatchSize: 10,
    maxQueueSize: 100,
    maxQueueBytes: 1_000_000,
    scheduleDelay: 60_000,
    exportTimeout: 8_000,
    ...more,
  });
  return new BasicTracerProvider({ spanProcessors: [sender] });
}

function end(provider: BasicTracerProvider, count: number): void {
  for (let index = 0; index < count; index++) provider.getTracer('t').startSpan('s').end();
}

const balance = ({ ended, sent, droppedQueueFull, droppedRejected, droppedAtShutdown }: Counters) => ({
  ended,
  sent,
  droppedQueueFull,
  droppedRejected,
  droppedAtShutdown,
});

test('a flush sends all that ended, in batches, and counts them', async () => {
  const provider = start();
  end(provider, 95);
  await sender.forceFlush();
  assert.equal(stub.posts.length, 10);
  assert.deepEqual(balance(counters), {
    ended: 95,
    sent: 95,
    droppedQueueFull: 0,
    droppedRejected: 0,
    droppedAtShutdown: 0,
  });
  assert.equal(
    counters.bytes,
    stub.posts.reduce((sum, { body }) => sum + body.length, 0),
  );
});

test('what does not fit the queue is dropped and counted', async () => {
  const provider = start();
  end(provider, 130);
  await sender.forceFlush();
  assert.deepEqual([counters.sent, counters.droppedQueueFull], [100, 30]);
});

test('a 503 is tried again, and nothing is lost', async () => {
  stub.next = [503];
  const provider = start();
  end(provider, 3);
  await sender.forceFlush();
  assert.equal(stub.posts.length, 2);
  assert.deepEqual([counters.sent, counters.droppedRejected, said], [3, 0, '']);
});

test('a 401 is not tried again; it is said once, with the address, and counted', async () => {
  stub.status = 401;
  const provider = start();
  end(provider, 3);
  await sender.forceFlush();
  assert.equal(stub.posts.length, 1);
  assert.deepEqual([counters.sent, counters.droppedRejected], [0, 3]);
  assert.match(said, /OTLP collector http:\S+\/v1\/traces did not take 3 spans: it answered 401/);
});

test('spans that a collector takes a request without are counted as rejected', async () => {
  // ExportTraceServiceResponse { partial_success { rejected_spans: 2, error_message: "no" } }
  stub.next = [Buffer.from([0x0a, 0x06, 0x08, 0x02, 0x12, 0x02, 0x6e, 0x6f])];
  const provider = start();
  end(provider, 5);
  await sender.forceFlush();
  assert.deepEqual([counters.sent, counters.droppedRejected], [3, 2]);
  assert.match(said, /rejected them: no/);
});

test('a collector that is gone: the spans are counted, once the time for retries is up', async () => {
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '100';
  const provider = start();
  const { url } = stub;
  await stub.close();
  stub = await startCollectorStub();
  assert.notEqual(stub.url, url);
  end(provider, 4);
  await sender.forceFlush();
  assert.deepEqual([counters.sent, counters.droppedRejected], [0, 4]);
});

test('spans that another destination takes are counted there', async () => {
  stub.status = 503;
  const passed: number[] = [];
  const provider = start({
    passOn: (spans) => {
      passed.push(spans.length);
      return true;
    },
  });
  end(provider, 4);
  await sender.forceFlush();
  assert.deepEqual([passed, counters.ended, counters.sent, counters.droppedRejected], [[4], 0, 0, 0]);
});

test('spans that end after the shutdown are not taken, and counted', async () => {
  const provider = start();
  end(provider, 2);
  await sender.shutdown();
  end(provider, 3);
  assert.deepEqual([counters.ended, counters.sent, counters.droppedAtShutdown], [5, 2, 3]);
});

test('the queue is bounded by the memory of its spans too', async () => {
  const provider = start({ maxQueueBytes: 50_000 });
  const tracer = provider.getTracer('t');
  for (let index = 0; index < 9; index++) {
    tracer.startSpan('large', { attributes: { text: 'x'.repeat(10_000), list: ['y'.repeat(2_000)] } }).end();
  }
  await sender.forceFlush();
  // Each holds some 13 kB.
  assert.deepEqual([counters.sent, counters.droppedQueueFull], [3, 6]);
  // What has left makes room.
  end(provider, 5);
  await sender.forceFlush();
  assert.deepEqual([counters.sent, counters.droppedQueueFull], [8, 6]);
});

test('a collector that takes requests and never answers: flushes end in time, share one wait, and the rest is counted', async () => {
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '60000';
  stub.silent = true;
  const provider = start({ exportTimeout: 200 });
  end(provider, 130);
  const begun = performance.now();
  await Promise.all([sender.forceFlush(), sender.forceFlush(), sender.forceFlush(100)]);
  assert.ok(performance.now() - begun < 5_000);
  // Two requests at a time, however many flushes ask.
  assert.equal(stub.posts.length, 2);
  await sender.shutdown();
  const { ended, sent, droppedQueueFull, droppedRejected, droppedAtShutdown } = counters;
  assert.deepEqual([ended, sent, droppedQueueFull], [130, 0, 30]);
  assert.equal(droppedRejected + droppedAtShutdown, 100);
});
