/**
 * A span that a command describes by hand, and the packet that carries it to Jaeger.
 * After a span's way: between `trace`, `doctor` and the agent's own encoder.
 */
import { type SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createResource } from '../record/resource';
import { MOST_BODY } from '../send/create-transport';
import { BatchPacket } from '../send/encode/batch-packet';
import { encodeProcess } from '../send/process-tags';

export interface PlainSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly kind?: SpanKind;
  /** Milliseconds since 1970, and milliseconds. */
  readonly start: number;
  readonly duration: number;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly failed?: boolean;
}

/** A UDP message in either protocol, or the bare batch that collectors take. */
export type Envelope = 'compact' | 'binary' | 'http';

/** A datagram of a few spans stays far below this. */
const MOST_PACKET = 65_000;

/** One packet with all of `spans`. */
export function packetOf(serviceName: string, spans: readonly PlainSpan[], envelope: Envelope): Buffer {
  const protocol = envelope === 'http' ? 'binary' : envelope;
  const packet = new BatchPacket({
    protocol,
    envelope: envelope === 'http' ? 'bare' : 'message',
    maxBytes: envelope === 'http' ? MOST_BODY : MOST_PACKET,
  });
  const resource = createResource(serviceName, {});
  packet.setProcess(encodeProcess(resource, protocol));
  for (const span of spans) packet.append(readable(span, resource));
  const stats = { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 };
  return Buffer.from(packet.finish({ seqNo: 1, stats }));
}

function readable(span: PlainSpan, resource: ReadableSpan['resource']): ReadableSpan {
  const { traceId, spanId, parentSpanId } = span;
  const context = (id: string): SpanContext => ({ traceId, spanId: id, traceFlags: 1 });
  return {
    name: span.name,
    kind: span.kind ?? SpanKind.INTERNAL,
    spanContext: () => context(spanId),
    ...(parentSpanId === undefined ? {} : { parentSpanContext: context(parentSpanId) }),
    startTime: hrTime(span.start),
    endTime: hrTime(span.start + span.duration),
    duration: hrTime(span.duration),
    status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: { ...span.attributes },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: 'tracing-agent' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function hrTime(milliseconds: number): [number, number] {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
}
