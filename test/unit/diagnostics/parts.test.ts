/**
 * Each part of the agent that fails again and again is left out after ten times, said once, and what it would have
 * taken is counted. (`test/unit/patch/patcher.test.ts` has the same of an instrumentation.)
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { fault } from '../../../src/diagnostics/contain';
import { counters, createCounters } from '../../../src/diagnostics/counters';
import { setLogWriter } from '../../../src/diagnostics/log';
import { Tracer } from '../../../src/record/tracer';
import { OverheadBudget } from '../../../src/sample/overhead-budget';
import { Poller } from '../../../src/sample/remote/poller';
import { BatchSpanProcessor } from '../../../src/send/batch/batch-span-processor';
import { OtlpSender } from '../../../src/send/otlp/otlp-sender';
import { HttpTransport } from '../../../src/send/transport/http-transport';
import { UdpTransport } from '../../../src/send/transport/udp-transport';

const TRIES = 30;
const broken = (): never => {
  throw new Error('broken');
};

let lines: string[];
let before: (line: string) => void;
beforeEach(() => {
  lines = [];
  before = setLogWriter((line) => lines.push(line));
});
afterEach(() => {
  setLogWriter(before);
  mock.timers.reset();
});

/** One line for the first failure, one for the rest. */
function assertSaidOnce(part: string): void {
  const said = lines.filter((line) => line.includes(part));
  assert.equal(said.filter((line) => line.includes('TA_INTERNAL')).length, 1, lines.join(''));
  assert.equal(said.filter((line) => line.includes('TA_PART_RESTS')).length, 1, lines.join(''));
}

const span: any = { spanContext: () => ({ traceFlags: 1 }) };

test('a processor', () => {
  const append = mock.fn(broken);
  const leaveOut = mock.fn();
  const batcher: any = { append, leaveOut, pending: 0 };
  const processor = new BatchSpanProcessor(batcher, {} as any, { scheduleDelay: 1e6, exportTimeout: 1e6 });
  for (let i = 0; i < TRIES; i++) processor.onEnd(span);
  assert.deepEqual([append.mock.callCount(), leaveOut.mock.callCount()], [10, TRIES - 10]);
  assertSaidOnce('batch');
});

test('a sampler: spans are not sampled, and the context goes on', () => {
  const sampler: any = { shouldSample: mock.fn(broken) };
  const origin: any = { resource: {}, processor: { onStart: broken } };
  const tracer = new Tracer({
    origin,
    sampler,
    surroundings: { flagsOf: () => 0, followsParent: true } as any,
  });
  for (let i = 0; i < TRIES; i++) {
    const context = tracer.startSpan('x', {}, ROOT_CONTEXT).spanContext();
    assert.match(context.traceId, /[1-9a-f]/);
    assert.equal(context.traceFlags, 0);
  }
  assert.equal(sampler.shouldSample.mock.callCount(), 10);
  assertSaidOnce('sampler');
});

test('the exporter to an agent', () => {
  const lookup = mock.fn(broken);
  const transport = new UdpTransport({
    host: 'jaeger.invalid',
    port: 6831,
    protocol: 'compact',
    maxBytes: 65_000,
    lookup,
  });
  const causes: unknown[] = [];
  for (let i = 0; i < TRIES; i++) transport.send(Buffer.alloc(10), 1, (lost) => causes.push(lost));
  assert.deepEqual(causes, Array(TRIES).fill('fault'));
  assert.equal(lookup.mock.callCount(), 10);
  assertSaidOnce('udp');
});

test('the exporter to a collector', () => {
  for (let i = 0; i < 10; i++) fault('http', new Error('broken'));
  const transport = new HttpTransport({ url: 'http://127.0.0.1:9/', timeout: 1000, maxBytes: 1000 });
  const causes: unknown[] = [];
  transport.send(Buffer.alloc(10), 1, (lost) => causes.push(lost));
  transport.close();
  assert.deepEqual(causes, ['fault']);
  assertSaidOnce('http');
});

test('the exporter over OTLP', async () => {
  const own = createCounters();
  const sender = new OtlpSender({
    counters: own,
    maxBatchSize: 100,
    maxQueueSize: 1000,
    maxQueueBytes: 1e6,
    scheduleDelay: 1e6,
    exportTimeout: 1000,
  });
  // What can't be measured fails at each span.
  const odd: any = {
    ...span,
    get attributes() {
      return broken();
    },
  };
  for (let i = 0; i < TRIES; i++) sender.onEnd(odd);
  await sender.shutdown();
  assert.deepEqual([own.ended, own.droppedUnencodable, own.droppedByFault], [TRIES, 10, TRIES - 10]);
  assertSaidOnce('otlp');
});

test('a timer of its own', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const loop = mock.fn(broken);
  const budget = new OverheadBudget({
    budget: 3,
    hasDetail: false,
    onDetail() {},
    flagsOf: () => 0,
    counters: createCounters(),
    loop,
  });
  const { faults } = counters;
  budget.start();
  for (let i = 0; i < TRIES; i++) mock.timers.tick(1000);
  budget.stop();
  assert.equal(loop.mock.callCount(), 10);
  assert.equal(counters.faults, faults + 10);
  assertSaidOnce('overload');
});

test('a poll is left out while its part rests, and asked again when it works', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  for (let i = 0; i < 10; i++) fault('sampling', new Error('broken'));
  const url = mock.fn(() => undefined);
  const poller = new Poller({ url, interval: 1000, onAnswer() {} });
  poller.start();
  for (let i = 0; i < 5; i++) mock.timers.tick(1200);
  assert.equal(url.mock.callCount(), 0);
  const now = performance.now();
  mock.method(performance, 'now', () => now + 61_000);
  for (let i = 0; i < 5; i++) mock.timers.tick(1200);
  poller.stop();
  mock.restoreAll();
  assert.equal(url.mock.callCount(), 5);
  assertSaidOnce('sampling');
});
