/**
 * A span of the SDK again, made of a Jaeger span that was encoded for a destination which did not take it.
 * Sixth station of a span's way: the way back of `encode/span-encoder.ts`, for failover and for packets that the
 * network finds too large.
 *
 * What encoding has changed stays so: an array is the JSON text it became, times have microseconds.
 */
import {
  type Attributes,
  type HrTime,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { decodeBatch, decodeEmitBatch } from '../../thrift/batch-decoder';
import {
  type JaegerLog,
  type JaegerSpan,
  type JaegerTag,
  REFERENCE_TYPE,
  SPAN_FLAG,
} from '../../thrift/jaeger';

const KINDS: Record<string, SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};
const STATUS_CODES: Record<string, SpanStatusCode> = { OK: SpanStatusCode.OK, ERROR: SpanStatusCode.ERROR };
const NO_PARENT = '0'.repeat(16);

/** The spans of a packet, all of one resource. @throws where it can't be read */
export function restorePacket(
  packet: Buffer,
  envelope: 'message' | 'bare',
  resource: Resource,
): ReadableSpan[] {
  const batch = envelope === 'message' ? decodeEmitBatch(packet) : decodeBatch(packet);
  return batch.spans.map((span) => restoreSpan(span, resource));
}

/** With Jaeger's further flags, such as debug, where the encoder looks for them. */
export function restoreSpan(span: JaegerSpan, resource: Resource): ReadableSpan & { jaegerFlags: number } {
  const { traceId, spanId, parentSpanId } = span;
  const attributes = restoreAttributes(span.tags);
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
  const startTime = hrTime(span.startTime);
  const status: SpanStatus = { code: SpanStatusCode.UNSET };
  // An attribute that happens to have one of these names, and another value, stays an attribute.
  const code = STATUS_CODES[String(attributes['otel.status_code'])];
  if (code !== undefined) {
    status.code = code;
    delete attributes['otel.status_code'];
    if (code === SpanStatusCode.ERROR) delete attributes.error;
    const message = take(attributes, 'otel.status_description');
    if (message !== undefined) status.message = String(message);
  }
  const kind = KINDS[String(attributes['span.kind'])];
  if (kind !== undefined) delete attributes['span.kind'];
  const version = take(attributes, 'otel.scope.version');
  return {
    name: span.operationName,
    kind: kind ?? SpanKind.INTERNAL,
    spanContext: () => context,
    ...(parentSpanId === NO_PARENT
      ? {}
      : { parentSpanContext: { traceId, spanId: parentSpanId, traceFlags: TraceFlags.SAMPLED } }),
    startTime,
    endTime: hrTime(span.startTime + span.duration),
    duration: hrTime(span.duration),
    status,
    instrumentationScope: {
      name: String(take(attributes, 'otel.scope.name') ?? ''),
      ...(version === undefined ? {} : { version: String(version) }),
    },
    droppedAttributesCount: Number(take(attributes, 'otel.dropped_attributes_count') ?? 0),
    droppedEventsCount: Number(take(attributes, 'otel.dropped_events_count') ?? 0),
    droppedLinksCount: Number(take(attributes, 'otel.dropped_links_count') ?? 0),
    events: span.logs.map(restoreEvent),
    links: span.references
      .filter(({ type }) => type === REFERENCE_TYPE.followsFrom)
      .map((link) => ({
        context: { traceId: link.traceId, spanId: link.spanId, traceFlags: TraceFlags.NONE },
      })),
    attributes,
    ended: true,
    resource,
    jaegerFlags: span.flags & ~SPAN_FLAG.sampled,
  };
}

function restoreEvent({ timestamp, fields }: JaegerLog): ReadableSpan['events'][number] {
  const attributes = restoreAttributes(fields);
  const dropped = Number(take(attributes, 'otel.event.dropped_attributes_count') ?? 0);
  return {
    time: hrTime(timestamp),
    // An attribute of this name that took the place of the event's name may be anything.
    name:
      typeof attributes.event === 'string' && attributes.event !== ''
        ? String(take(attributes, 'event'))
        : '',
    attributes,
    ...(dropped > 0 ? { droppedAttributesCount: dropped } : {}),
  };
}

function restoreAttributes(tags: readonly JaegerTag[]): Attributes {
  const attributes: Attributes = {};
  for (const { key, value } of tags) {
    if (typeof value === 'bigint') attributes[key] = Number(value);
    else if (typeof value === 'object') attributes[key] = Buffer.from(value).toString('base64');
    else attributes[key] = value;
  }
  return attributes;
}

function take(attributes: Attributes, key: string): unknown {
  const value = attributes[key];
  delete attributes[key];
  return value;
}

function hrTime(microseconds: number): HrTime {
  const seconds = Math.floor(microseconds / 1e6);
  return [seconds, Math.round(microseconds - seconds * 1e6) * 1000];
}
