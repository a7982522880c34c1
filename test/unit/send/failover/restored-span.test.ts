/**
 * Guards that a span which comes back from bytes is encoded to the same span again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { BatchPacket } from '../../../../src/send/encode/batch-packet';
import { restoreSpan } from '../../../../src/send/failover/restored-span';
import { decodeBatch, decodeEmitBatch } from '../../../../src/thrift/batch-decoder';
import { plainResource, Random, randomSpan } from '../../../support/span-population';

const resource = plainResource({ 'service.name': 'restored' });

function decoded(span: ReadableSpan, envelope: 'message' | 'bare') {
  const protocol = envelope === 'message' ? 'compact' : 'binary';
  const packet = new BatchPacket({ protocol, envelope, maxBytes: 1 << 22 });
  assert.ok(packet.append(span));
  const stats = { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 };
  const bytes = packet.finish({ seqNo: 1, stats });
  const batch = envelope === 'message' ? decodeEmitBatch(bytes) : decodeBatch(bytes);
  return batch.spans[0]!;
}

for (const envelope of ['message', 'bare'] as const) {
  test(`a span restored from ${envelope === 'bare' ? "a collector's" : "an agent's"} bytes becomes the same Jaeger span: 500 random ones`, () => {
    const random = new Random(7);
    for (let index = 0; index < 500; index++) {
      const jaegerFlags = [0, 2, 8, 10][index % 4];
      const before = decoded({ ...randomSpan(random, resource), jaegerFlags } as ReadableSpan, envelope);
      const after = decoded(restoreSpan(before, resource), 'bare');
      assert.deepEqual(comparable(after), comparable(before), `span ${index}`);
    }
  });
}

test('kind, status, scope, events, links and parent are those of the span that ended', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'a' }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const span = provider.getTracer('lib', '1.2').startSpan('work', { kind: SpanKind.CONSUMER });
  span.setAttributes({ n: 1, f: 1.5, b: true, t: 'x' });
  span.addEvent('picked', { shelf: 'A7' });
  span.addLink({ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 } });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'sold out' });
  span.end();
  const original = exporter.getFinishedSpans()[0]!;
  const restored = restoreSpan(decoded(original, 'message'), original.resource);
  assert.deepEqual(
    [restored.name, restored.kind, restored.status, restored.attributes],
    [original.name, original.kind, original.status, original.attributes],
  );
  assert.equal(restored.instrumentationScope.name, 'lib');
  assert.equal(restored.instrumentationScope.version, '1.2');
  assert.deepEqual([restored.events[0]!.name, restored.events[0]!.attributes], ['picked', { shelf: 'A7' }]);
  assert.equal(restored.links[0]!.context.traceId, 'a'.repeat(32));
  assert.deepEqual(restored.spanContext().spanId, original.spanContext().spanId);
});

/** Tags in the order of their keys: only the last of a key counts, as Jaeger has it. */
function comparable(span: ReturnType<typeof decoded>) {
  const record = (tags: { key: string; value: unknown }[]) =>
    Object.fromEntries(
      tags
        .map(({ key, value }) => [key, value instanceof Uint8Array ? 'bytes' : value] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return {
    ...span,
    tags: record(span.tags),
    logs: span.logs.map((log) => ({ ...log, fields: record(log.fields) })),
  };
}
