/**
 * Reads the protobuf of an OTLP export request into the shape that its JSON has.
 * After a span's way: the viewer's intake. Field numbers: opentelemetry-proto, trace/v1 and common/v1.
 */
import { Reader } from 'protobufjs/minimal';
import type { OtlpAttribute, OtlpRequest, OtlpSpan, OtlpValue } from './otlp';

/** Values inside values; a deeper one is no attribute but an attack. */
const MAX_DEPTH = 32;

/** Reads field after field of a message; those without a reader are skipped. */
type Fields<T> = Record<number, (reader: Reader, into: T, depth: number) => void>;

function message<T>(reader: Reader, fields: Fields<T>, into: T, depth = 0, length = reader.uint32()): T {
  if (depth > MAX_DEPTH) throw new RangeError(`messages nested deeper than ${MAX_DEPTH}`);
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError('cut off');
  while (reader.pos < end) {
    const tag = reader.uint32();
    const read = fields[tag >>> 3];
    if (read !== undefined && (tag & 7) === wireType(read)) read(reader, into, depth + 1);
    else reader.skipType(tag & 7);
  }
  return into;
}

/** Fixed-width and varint readers are marked with their wire type; all others are of bytes. */
const WIRE = new Map<unknown, number>();
function wireType(read: unknown): number {
  return WIRE.get(read) ?? 2;
}
function wired<T>(type: number, read: Fields<T>[number]): Fields<T>[number] {
  WIRE.set(read, type);
  return read;
}

const VALUE: Fields<OtlpValue> = {
  1: (reader, value) => {
    value.stringValue = reader.string();
  },
  2: wired(0, (reader, value) => {
    value.boolValue = reader.bool();
  }),
  3: wired(0, (reader, value) => {
    value.intValue = signed(reader);
  }),
  4: wired(1, (reader, value) => {
    value.doubleValue = reader.double();
  }),
  5: (reader, value, depth) => {
    const fields: Fields<{ values: OtlpValue[] }> = {
      1: (inner, list, below) => list.values.push(message(inner, VALUE, {}, below)),
    };
    value.arrayValue = message(reader, fields, { values: [] }, depth);
  },
  6: (reader, value, depth) => {
    value.kvlistValue = message(reader, { 1: attribute('values') }, { values: [] }, depth);
  },
  7: (reader, value) => {
    value.bytesValue = Buffer.from(reader.bytes()).toString('base64');
  },
};

type KeyValue = OtlpAttribute;
const KEY_VALUE: Fields<KeyValue> = {
  1: (reader, pair) => {
    pair.key = reader.string();
  },
  2: (reader, pair, depth) => {
    pair.value = message(reader, VALUE, {}, depth);
  },
};

function attribute<K extends string>(list: K): Fields<Record<K, KeyValue[]>>[number] {
  return (reader, into, depth) => {
    into[list].push(message(reader, KEY_VALUE, { key: '', value: {} }, depth));
  };
}

function text<K extends string>(name: K): Fields<Partial<Record<K, string | number>>>[number] {
  return (reader, into) => {
    into[name] = reader.string() as never;
  };
}
function hex<K extends string>(name: K): Fields<Partial<Record<K, string | number>>>[number] {
  return (reader, into) => {
    into[name] = Buffer.from(reader.bytes()).toString('hex') as never;
  };
}
function time<K extends string>(name: K): Fields<Partial<Record<K, string | number>>>[number] {
  return wired(1, (reader, into) => {
    const low = reader.fixed32();
    into[name] = String((BigInt(reader.fixed32()) << 32n) | BigInt(low)) as never;
  });
}
function count<K extends string>(name: K): Fields<Partial<Record<K, string | number>>>[number] {
  return wired(0, (reader, into) => {
    into[name] = reader.uint32() as never;
  });
}

const EVENT: Fields<NonNullable<OtlpSpan['events']>[number] & { attributes: KeyValue[] }> = {
  1: time('timeUnixNano'),
  2: text('name'),
  3: attribute('attributes'),
};
const LINK: Fields<NonNullable<OtlpSpan['links']>[number] & { attributes: KeyValue[] }> = {
  1: hex('traceId'),
  2: hex('spanId'),
  4: attribute('attributes'),
};
const STATUS: Fields<NonNullable<OtlpSpan['status']>> = { 2: text('message'), 3: count('code') };

type Span = OtlpSpan & Required<Pick<OtlpSpan, 'attributes' | 'events' | 'links'>>;
const SPAN: Fields<Span> = {
  1: hex('traceId'),
  2: hex('spanId'),
  3: text('traceState'),
  4: hex('parentSpanId'),
  5: text('name'),
  6: count('kind'),
  7: time('startTimeUnixNano'),
  8: time('endTimeUnixNano'),
  9: attribute('attributes'),
  11: (reader, span, depth) => {
    span.events.push(message(reader, EVENT, { attributes: [] }, depth));
  },
  13: (reader, span, depth) => {
    span.links.push(message(reader, LINK, { attributes: [] }, depth));
  },
  15: (reader, span, depth) => {
    span.status = message(reader, STATUS, {}, depth);
  },
};

type Scope = { name?: string; version?: string };
type ScopeSpans = { scope?: Scope; spans: OtlpSpan[] };
const SCOPE_SPANS: Fields<ScopeSpans> = {
  1: (reader, scope, depth) => {
    const fields: Fields<Scope> = { 1: text('name'), 2: text('version') };
    scope.scope = message(reader, fields, {}, depth);
  },
  2: (reader, scope, depth) => {
    scope.spans.push(message(reader, SPAN, { attributes: [], events: [], links: [] }, depth));
  },
};

type ResourceSpans = { resource?: { attributes: KeyValue[] }; scopeSpans: ScopeSpans[] };
const RESOURCE_SPANS: Fields<ResourceSpans> = {
  1: (reader, each, depth) => {
    each.resource = message(reader, { 1: attribute('attributes') }, { attributes: [] }, depth);
  },
  2: (reader, each, depth) => {
    each.scopeSpans.push(message(reader, SCOPE_SPANS, { spans: [] }, depth));
  },
};

const REQUEST: Fields<{ resourceSpans: ResourceSpans[] }> = {
  1: (reader, request, depth) => {
    request.resourceSpans.push(message(reader, RESOURCE_SPANS, { scopeSpans: [] }, depth));
  },
};

/** @throws for what is no such message */
export function readOtlpProtobuf(body: Uint8Array): OtlpRequest {
  const reader = Reader.create(body);
  return message(reader, REQUEST, { resourceSpans: [] }, 0, body.length);
}

/** A varint of 64 bits, as text, since not each fits in a number. */
function signed(reader: Reader): string {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (reader.pos >= reader.len) throw new RangeError('cut off');
    const byte = reader.buf[reader.pos++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return String(BigInt.asIntN(64, value));
}
