/**
 * An ended OpenTelemetry span → the bytes of a Jaeger span, with no object in between.
 * Sixth station of a span's way: after `batch`, before `transport`.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/ and .../common/mapping-to-non-otlp/; the page
 * leaves trace state and links' attributes out, and so do we.
 */
import {
  type Attributes,
  type HrTime,
  type Link,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
} from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-base';
import { LOG, REFERENCE, REFERENCE_TYPE, SPAN, SPAN_FLAG } from '../../thrift/jaeger';
import * as Type from '../../thrift/type';
import type { Fragment, Writer } from '../../thrift/writer';
import { encodeBoolTag, encodeNumberTag, encodeStringTag, encodeTag, fragment, toText } from './tag-encoder';

/** What spans of the SDK's 1.x line have in place of `parentSpanContext` and `instrumentationScope`. */
interface OldSpan {
  readonly parentSpanId?: string;
  readonly instrumentationLibrary?: ReadableSpan['instrumentationScope'];
}

/** A span of our own, also a restored or shortened one: Jaeger's flags beside `sampled`, debug 2 and firehose 8. */
interface FlaggedSpan {
  readonly jaegerFlags?: number;
}

/** The trace's id, the first digits first, and the span's own. */
interface Identity {
  readonly trace: {
    readonly word0: number;
    readonly word1: number;
    readonly word2: number;
    readonly word3: number;
  };
  readonly high: number;
  readonly low: number;
}

/** What a span of our own recorder knows better: ids as words of 32 bits, times in microseconds since the epoch. */
interface OwnSpan extends ReadableSpan {
  readonly identity: Identity;
  readonly parentHigh: number;
  readonly parentLow: number;
  readonly startMicros: number;
  readonly endMicros: number;
  /** Attributes that it has in common with many spans, and keys and values of all others; undefined for an object. */
  readonly shared: Attributes | undefined;
  readonly list: readonly unknown[] | undefined;
}

/** Tags that many spans share, whole. */
interface SharedTags {
  readonly kinds: readonly (Fragment | undefined)[];
  readonly ok: Fragment;
  readonly failed: Fragment;
  readonly error: Fragment;
  /** The kind and the scope, by the scope and the kind's number. */
  readonly scopes: WeakMap<object, Fragment[]>;
  /** By the object that spans have in common. */
  readonly attributes: WeakMap<Attributes, SharedAttributes>;
}

interface SharedAttributes {
  readonly count: number;
  readonly tags: Fragment;
}

const NO_ID = '0'.repeat(32);

// No tag for INTERNAL: the specification says so.
const KIND_NAMES = {
  [SpanKind.SERVER]: 'server',
  [SpanKind.CLIENT]: 'client',
  [SpanKind.PRODUCER]: 'producer',
  [SpanKind.CONSUMER]: 'consumer',
} as const;

let compact: SharedTags | undefined;
let binary: SharedTags | undefined;

/** Appends the struct of one span. @throws WriterFull where the writer's limit is passed; nothing else */
export function encodeSpan(writer: Writer, span: ReadableSpan): void {
  const own = isOwn(span) ? span : undefined;
  if (own === undefined) encodeIds(writer, span);
  else encodeWords(writer, own);
  writer.field(Type.STRING, SPAN.operationName, SPAN.parentSpanId);
  writer.string(toText(span.name));
  const { links, events } = span;
  if (links.length > 0) {
    writer.field(Type.LIST, SPAN.references, SPAN.operationName);
    writer.list(Type.STRUCT, links.length);
    for (let index = 0; index < links.length; index++) encodeLink(writer, links[index]!);
  }
  writer.field(Type.I32, SPAN.flags, links.length > 0 ? SPAN.references : SPAN.operationName);
  // Only sampled spans come here, so they say so. W3C's other flags don't pass: its `random` is where Jaeger has `debug`.
  writer.i32(SPAN_FLAG.sampled | ((span as FlaggedSpan).jaegerFlags ?? 0));
  const start = own === undefined ? microseconds(span.startTime) : Math.floor(own.startMicros);
  writer.field(Type.I64, SPAN.startTime, SPAN.flags);
  writer.i64(start);
  writer.field(Type.I64, SPAN.duration, SPAN.startTime);
  writer.i64(own === undefined ? microseconds(span.duration) : Math.floor(own.endMicros) - start);
  const tags = encodeTags(writer, span, own);
  if (events.length > 0) {
    writer.field(Type.LIST, SPAN.logs, tags ? SPAN.tags : SPAN.duration);
    writer.list(Type.STRUCT, events.length);
    for (let index = 0; index < events.length; index++) encodeEvent(writer, events[index]!);
  }
  writer.stop();
}

/** Another SDK's span may have a property that is called like one of ours. */
function isOwn(span: ReadableSpan): span is OwnSpan {
  return (span as Partial<OwnSpan>).identity?.trace?.word0 !== undefined;
}

function encodeWords(writer: Writer, span: OwnSpan): void {
  const { trace, high, low } = span.identity;
  const { word0, word1, word2, word3 } = trace;
  writer.field(Type.I64, SPAN.traceIdLow, 0);
  writer.i64Words(word2, word3);
  writer.field(Type.I64, SPAN.traceIdHigh, SPAN.traceIdLow);
  writer.i64Words(word0, word1);
  writer.field(Type.I64, SPAN.spanId, SPAN.traceIdHigh);
  writer.i64Words(high, low);
  writer.field(Type.I64, SPAN.parentSpanId, SPAN.spanId);
  writer.i64Words(span.parentHigh, span.parentLow);
}

function encodeIds(writer: Writer, span: ReadableSpan): void {
  const context = span.spanContext();
  const traceId = fullId(context.traceId, 32);
  const parent = span.parentSpanContext?.spanId ?? (span as OldSpan).parentSpanId;
  writer.field(Type.I64, SPAN.traceIdLow, 0);
  writer.i64Hex(traceId, 16);
  writer.field(Type.I64, SPAN.traceIdHigh, SPAN.traceIdLow);
  writer.i64Hex(traceId, 0);
  writer.field(Type.I64, SPAN.spanId, SPAN.traceIdHigh);
  writer.i64Hex(fullId(context.spanId, 16), 0);
  writer.field(Type.I64, SPAN.parentSpanId, SPAN.spanId);
  writer.i64Hex(fullId(parent, 16), 0);
}

/** @param own the same span, where it is one of ours @returns whether there was any */
function encodeTags(writer: Writer, span: ReadableSpan, own: OwnSpan | undefined): boolean {
  const shared = sharedTags(writer.protocol);
  const { status } = span;
  const list = own?.list;
  const common = sharedAttributes(writer, shared, own?.shared);
  const attributes = list === undefined ? span.attributes : undefined;
  const keys = attributes === undefined ? undefined : Object.keys(attributes);
  const kind = shared.kinds[span.kind];
  const code = status.code;
  const failed = code === SpanStatusCode.ERROR;
  const described = (failed || code === SpanStatusCode.OK) && !!status.message;
  const scope = span.instrumentationScope ?? (span as OldSpan).instrumentationLibrary;
  let count = keys === undefined ? list!.length / 2 : keys.length;
  if (common !== undefined) count += common.count;
  if (kind !== undefined) count++;
  if (failed) count += 2;
  else if (code === SpanStatusCode.OK) count++;
  if (described) count++;
  if (scope?.name) count++;
  if (scope?.version) count++;
  if (span.droppedAttributesCount > 0) count++;
  if (span.droppedEventsCount > 0) count++;
  if (span.droppedLinksCount > 0) count++;
  if (count === 0) return false;

  writer.field(Type.LIST, SPAN.tags, SPAN.duration);
  writer.list(Type.STRUCT, count);
  if (common !== undefined) writer.fragment(common.tags);
  if (keys === undefined) {
    for (let at = 0; at < list!.length; at += 2) encodeTag(writer, list![at] as string, list![at + 1]);
  } else {
    for (const key of keys) encodeTag(writer, key, attributes![key]);
  }
  // Behind the attributes: where an attribute has one of these names, Jaeger v2 keeps what comes last.
  if (failed) writer.fragment(shared.failed);
  else if (code === SpanStatusCode.OK) writer.fragment(shared.ok);
  if (described) encodeStringTag(writer, 'otel.status_description', toText(status.message));
  if (failed) writer.fragment(shared.error);
  if (scope)
    writer.fragment(shared.scopes.get(scope)?.[span.kind] ?? scopeTags(writer, shared, scope, span.kind));
  else if (kind !== undefined) writer.fragment(kind);
  if (span.droppedAttributesCount > 0)
    encodeNumberTag(writer, 'otel.dropped_attributes_count', span.droppedAttributesCount);
  if (span.droppedEventsCount > 0)
    encodeNumberTag(writer, 'otel.dropped_events_count', span.droppedEventsCount);
  if (span.droppedLinksCount > 0) encodeNumberTag(writer, 'otel.dropped_links_count', span.droppedLinksCount);
  return true;
}

function encodeLink(writer: Writer, link: Link): void {
  // The SDK takes links as they come.
  const context: Partial<SpanContext> | undefined = link.context;
  const traceId = fullId(context?.traceId, 32);
  writer.field(Type.I32, REFERENCE.refType, 0);
  writer.i32(REFERENCE_TYPE.followsFrom);
  writer.field(Type.I64, REFERENCE.traceIdLow, REFERENCE.refType);
  writer.i64Hex(traceId, 16);
  writer.field(Type.I64, REFERENCE.traceIdHigh, REFERENCE.traceIdLow);
  writer.i64Hex(traceId, 0);
  writer.field(Type.I64, REFERENCE.spanId, REFERENCE.traceIdHigh);
  writer.i64Hex(fullId(context?.spanId, 16), 0);
  writer.stop();
}

function encodeEvent(writer: Writer, event: TimedEvent): void {
  const { attributes } = event;
  const keys = attributes === undefined ? [] : Object.keys(attributes);
  const dropped = event.droppedAttributesCount ?? 0;
  // The specification: an attribute `event` takes precedence over the event's name. OpenTracing's logs needn't have one.
  const named = attributes?.event === undefined && event.name !== '';
  writer.field(Type.I64, LOG.timestamp, 0);
  writer.i64(microseconds(event.time));
  writer.field(Type.LIST, LOG.fields, LOG.timestamp);
  writer.list(Type.STRUCT, keys.length + (named ? 1 : 0) + (dropped > 0 ? 1 : 0));
  if (named) encodeStringTag(writer, 'event', toText(event.name));
  for (const key of keys) encodeTag(writer, key, attributes![key]);
  if (dropped > 0) encodeNumberTag(writer, 'otel.event.dropped_attributes_count', dropped);
  writer.stop();
}

/** Ids that other tracers made shorter get zeros in front; a missing one is all zeros. */
function fullId(id: unknown, digits: number): string {
  if (typeof id !== 'string') return NO_ID;
  return id.length === digits ? id : id.padStart(digits, '0').slice(-digits);
}

/** Exact, unlike nanoseconds in one number; what is below a microsecond is cut off. */
function microseconds(time: HrTime): number {
  return time[0] * 1e6 + Math.floor(time[1] / 1e3);
}

function sharedTags(protocol: Writer['protocol']): SharedTags {
  if (protocol === 'compact') {
    compact ??= createSharedTags(protocol);
    return compact;
  }
  binary ??= createSharedTags(protocol);
  return binary;
}

/** Encoded once, for as long as the object lives. */
function sharedAttributes(
  writer: Writer,
  shared: SharedTags,
  attributes: Attributes | undefined,
): SharedAttributes | undefined {
  if (attributes === undefined) return undefined;
  let known = shared.attributes.get(attributes);
  if (known === undefined) {
    const keys = Object.keys(attributes);
    const tags = fragment(writer.protocol, (own) => {
      for (const key of keys) encodeTag(own, key, attributes[key]);
    });
    known = { count: keys.length, tags };
    shared.attributes.set(attributes, known);
  }
  return known;
}

function createSharedTags(protocol: Writer['protocol']): SharedTags {
  const kinds: (Fragment | undefined)[] = [undefined, undefined, undefined, undefined, undefined];
  for (const [kind, name] of Object.entries(KIND_NAMES)) {
    kinds[Number(kind)] = fragment(protocol, (writer) => encodeStringTag(writer, 'span.kind', name));
  }
  return {
    kinds,
    ok: fragment(protocol, (writer) => encodeStringTag(writer, 'otel.status_code', 'OK')),
    failed: fragment(protocol, (writer) => encodeStringTag(writer, 'otel.status_code', 'ERROR')),
    error: fragment(protocol, (writer) => encodeBoolTag(writer, 'error', true)),
    scopes: new WeakMap(),
    attributes: new WeakMap(),
  };
}

/**
 * The names that the specification has had since 1.10, and that Jaeger v2 turns back into a scope; the deprecated
 * `otel.library.*` beside them would be a sixth of a usual span's bytes, and Jaeger reads them no more.
 */
function scopeTags(
  writer: Writer,
  shared: SharedTags,
  scope: ReadableSpan['instrumentationScope'],
  kind: SpanKind,
): Fragment {
  const tags = fragment(writer.protocol, (own) => {
    const kindTag = shared.kinds[kind];
    if (kindTag !== undefined) own.fragment(kindTag);
    if (scope.name) encodeStringTag(own, 'otel.scope.name', toText(scope.name));
    if (scope.version) encodeStringTag(own, 'otel.scope.version', toText(scope.version));
  });
  const byKind = shared.scopes.get(scope) ?? [];
  byKind[kind] = tags;
  shared.scopes.set(scope, byKind);
  return tags;
}
