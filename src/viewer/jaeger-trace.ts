/**
 * A trace of the store as Jaeger's query API gives it, decoded now, with what the viewer noticed as warnings.
 * After a span's way: what the page, Grafana and an export read.
 */
import { type JaegerSpan, type JaegerTag, REFERENCE_TYPE, TAG_TYPE } from '../thrift/jaeger';
import type { Origin } from './segment';
import { withStatus } from './span-status';
import { FUTURE_MICROSECONDS, type Store } from './store';

interface JsonTag {
  key: string;
  type: string;
  value: unknown;
}
interface JsonReference {
  refType: string;
  traceID: string;
  spanID: string;
}
interface JsonSpan {
  traceID: string;
  spanID: string;
  operationName: string;
  references: JsonReference[];
  startTime: number;
  duration: number;
  tags: JsonTag[];
  logs: { timestamp: number; fields: JsonTag[] }[];
  processID: string;
  warnings: string[] | null;
}
interface JsonTrace {
  traceID: string;
  spans: JsonSpan[];
  processes: Record<string, { serviceName: string; tags: JsonTag[] }>;
  warnings: string[] | null;
}

const NO_PARENT = '0'.repeat(16);
/** Of a tag, by Thrift's number of its type. */
export const TYPE_NAMES = ['string', 'float64', 'bool', 'int64', 'binary'];

export interface DecodedSpan {
  span: JaegerSpan;
  origin: Origin;
}

/** Spans in the order in which they start; one that came twice, byte for byte, is there once. */
export function decodeTrace(store: Store, trace: number): DecodedSpan[] {
  const spans: DecodedSpan[] = [];
  store.each(trace, (segment, row) => {
    spans.push({ span: segment.decode(row), origin: segment.origins[segment.origin[row]!]! });
  });
  return withoutCopies(spans).sort((a, b) => a.span.startTime - b.span.startTime);
}

/** @param raw leaves tags in the order in which they came, and warnings out */
export function jsonTrace(store: Store, trace: number, now = Date.now() * 1000, raw = false): JsonTrace {
  const decoded = decodeTrace(store, trace);
  const processes: JsonTrace['processes'] = {};
  const processIds = new Map<Origin, string>();
  const warnings = raw ? [] : warningsOf(decoded, now);
  const tagsOf = raw ? plainTags : jsonTags;
  const spans = decoded.map(({ span, origin }, index): JsonSpan => {
    let processID = processIds.get(origin);
    if (processID === undefined) {
      processID = `p${processIds.size + 1}`;
      processIds.set(origin, processID);
      processes[processID] = { serviceName: origin.process.serviceName, tags: tagsOf(origin.process.tags) };
    }
    return {
      traceID: span.traceId,
      spanID: span.spanId,
      operationName: span.operationName,
      references: jsonReferences(span),
      startTime: span.startTime,
      duration: span.duration,
      tags: tagsOf(withStatus(span.tags)),
      logs: span.logs.map(({ timestamp, fields }) => ({ timestamp, fields: tagsOf(fields) })),
      processID,
      warnings: warnings[index]?.length ? warnings[index] : null,
    };
  });
  return { traceID: store.ids.hex(trace), spans, processes, warnings: null };
}

/** Sorted by key, as Jaeger shows them. */
export function jsonTags(tags: readonly JaegerTag[]): JsonTag[] {
  return plainTags(tags).sort((a, b) => compareTexts(a.key, b.key));
}

/** By their characters' codes, as Jaeger sorts, and not as a language does. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function plainTags(tags: readonly JaegerTag[]): JsonTag[] {
  return tags.map(({ key, type, value }) => ({ key, type: TYPE_NAMES[type]!, value: jsonValue(value) }));
}

/** The parent comes first, as CHILD_OF unless the span says itself what it follows from. */
function jsonReferences(span: JaegerSpan): JsonReference[] {
  const parent = parentOf(span);
  const of = span.references.map(({ type, traceId, spanId }) => ({
    refType: type === REFERENCE_TYPE.followsFrom ? 'FOLLOWS_FROM' : 'CHILD_OF',
    traceID: traceId,
    spanID: spanId,
  }));
  if (parent === NO_PARENT) return of;
  const isParent = (each: JsonReference) => each.traceID === span.traceId && each.spanID === parent;
  const refType = of.findLast(isParent)?.refType ?? 'CHILD_OF';
  return [{ refType, traceID: span.traceId, spanID: parent }, ...of.filter((each) => !isParent(each))];
}

/** 16 hexadecimal digits, zeros for none: without a parent id, Jaeger takes the first reference into the trace. */
export function parentOf(span: JaegerSpan): string {
  if (span.parentSpanId !== NO_PARENT) return span.parentSpanId;
  const within = span.references.filter(({ traceId }) => traceId === span.traceId);
  return (within.find(({ type }) => type === REFERENCE_TYPE.childOf) ?? within[0])?.spanId ?? NO_PARENT;
}

function jsonValue(value: JaegerTag['value']): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  // JSON has no such numbers.
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function withoutCopies(spans: DecodedSpan[]): DecodedSpan[] {
  const byId = new Map<string, DecodedSpan[]>();
  return spans.filter((each) => {
    const same = byId.get(each.span.spanId);
    if (same === undefined) {
      byId.set(each.span.spanId, [each]);
      return true;
    }
    if (same.some((other) => other.origin === each.origin && text(other.span) === text(each.span)))
      return false;
    same.push(each);
    return true;
  });
}

function text(span: JaegerSpan): string {
  return JSON.stringify(span, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

function warningsOf(spans: DecodedSpan[], now: number): string[][] {
  const parents = new Map<string, string>();
  const count = new Map<string, number>();
  for (const { span } of spans) {
    parents.set(span.spanId, parentOf(span));
    count.set(span.spanId, (count.get(span.spanId) ?? 0) + 1);
  }
  const cyclic = cycles(parents);
  return spans.map(({ span }) => {
    const warnings: string[] = [];
    const parent = parentOf(span);
    if (count.get(span.spanId)! > 1)
      warnings.push(`duplicate span id: ${count.get(span.spanId)} spans have it`);
    if (cyclic.has(span.spanId)) warnings.push('cycle: this span is its own ancestor');
    else if (parent !== NO_PARENT && !parents.has(parent))
      warnings.push(`invalid parent span IDs=${parent}; skipping clock skew adjustment`);
    if (span.startTime > now + FUTURE_MICROSECONDS)
      warnings.push('the start is in the future: a clock is wrong');
    return warnings;
  });
}

/** Ids of spans that are among their own ancestors. */
function cycles(parents: Map<string, string>): Set<string> {
  const found = new Set<string>();
  const done = new Set<string>();
  for (const start of parents.keys()) {
    const path = new Set<string>();
    let id: string | undefined = start;
    while (id !== undefined && !done.has(id) && !path.has(id)) {
      path.add(id);
      id = parents.get(id);
    }
    if (id !== undefined && path.has(id)) {
      for (let each: string = id; !found.has(each); each = parents.get(each)!) found.add(each);
    }
    for (const each of path) done.add(each);
  }
  return found;
}

/** Thrift's number of a type that Jaeger's JSON names; an unknown one is text. */
export function tagType(name: string): number {
  const type = TYPE_NAMES.indexOf(name);
  return type < 0 ? TAG_TYPE.string : type;
}
