/**
 * Guards the spans of packets that the network finds too large: they arrive in smaller ones.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { createCounters } from '../../../../src/diagnostics/counters';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { BatchSpanProcessor } from '../../../../src/send/batch/batch-span-processor';
import { SpanBatcher } from '../../../../src/send/batch/span-batcher';
import { encodeProcess } from '../../../../src/send/process-tags';
import { UdpTransport } from '../../../../src/send/transport/udp-transport';
import { type PlainSpan, readEmitBatch } from '../../../support/read-batch';

setLogWriter(() => {});

/** Over loopback, which itself takes no datagram above 65,507 bytes, with packets of up to 100,000. */
async function create(t: TestContext) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 }).bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  const arrived: PlainSpan[] = [];
  let wake = (): void => {};
  socket.on('message', (packet) => {
    arrived.push(...readEmitBatch(packet).spans);
    wake();
  });
  const counters = createCounters();
  const { port } = socket.address();
  const transport = new UdpTransport({
    host: '127.0.0.1',
    port,
    protocol: 'compact',
    maxBytes: 100_000,
    counters,
  });
  const batcher = new SpanBatcher({
    transport,
    counters,
    encodeProcess: (resource: Resource) => encodeProcess(resource, 'compact'),
    maxBatchSize: 10_000,
    maxQueueSize: 20_000,
    maxQueueBytes: 32 << 20,
  });
  const processor = new BatchSpanProcessor(batcher, transport, {
    scheduleDelay: 60_000,
    exportTimeout: 20_000,
  });
  const resource = resourceFromAttributes({ 'service.name': 'shop' });
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  t.after(() => processor.shutdown());
  return {
    tracer: provider.getTracer('scope', '1'),
    processor,
    counters,
    async until(count: number): Promise<PlainSpan[]> {
      while (arrived.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return arrived;
    },
  };
}

test('the spans of packets that the network refuses arrive in smaller ones, as they were, and count once', async (t) => {
  const { tracer, processor, counters, until } = await create(t);
  for (let index = 0; index < 1_000; index++) {
    const attributes = { index, text: 'é'.repeat(150), yes: true, half: 0.5 };
    tracer.startSpan(`span ${index}`, { kind: 2, attributes }).end();
  }
  await processor.forceFlush();
  assert.deepEqual(
    [counters.ended, counters.sent, counters.droppedTooLarge, counters.shortened],
    [1_000, 1_000, 0, 0],
  );
  const arrived = await until(1_000);
  const names = arrived.map(({ operationName }) => operationName);
  assert.equal(new Set(names).size, 1_000);
  const tags = arrived.find(({ operationName }) => operationName === 'span 7')!.tags!;
  assert.deepEqual(
    tags.map(({ key, vStr, vLong, vDouble, vBool }) => [key, vStr ?? vLong ?? vDouble ?? vBool]),
    [
      ['index', 7],
      ['text', 'é'.repeat(150)],
      ['yes', true],
      ['half', 0.5],
      ['span.kind', 'client'],
      ['otel.scope.name', 'scope'],
      ['otel.scope.version', '1'],
    ],
  );
});

test('one span that no smaller packet holds is shortened', async (t) => {
  const { tracer, processor, counters, until } = await create(t);
  tracer.startSpan('large', { attributes: { text: 'x'.repeat(90_000), small: 'kept' } }).end();
  await processor.forceFlush();
  assert.deepEqual([counters.sent, counters.shortened, counters.droppedTooLarge], [1, 1, 0]);
  const [span] = await until(1);
  const tags = new Map(span!.tags!.map(({ key, vStr, vLong }) => [key, vStr ?? vLong]));
  assert.deepEqual([tags.get('small'), tags.get('text.truncated')], ['kept', 90_000]);
});
