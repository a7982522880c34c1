/**
 * OTLP's spans as Jaeger's batches, in the way in which Jaeger itself translates them.
 * After a span's way: the viewer's intake. The shapes are those of OTLP's JSON.
 */
import {
  type JaegerReference,
  type JaegerSpan,
  type JaegerTag,
  REFERENCE_TYPE,
  TAG_TYPE,
} from '../thrift/jaeger';
import type { SpanBatch } from './batch-writer';
import { KINDS } from './tag-dictionary';

export interface OtlpValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number | string;
  arrayValue?: { values?: OtlpValue[] };
  kvlistValue?: { values?: OtlpAttribute[] };
  bytesValue?: string;
}
export interface OtlpAttribute {
  key: string;
  value?: OtlpValue;
}
export interface OtlpSpan {
  traceId?: string;
  spanId?: string;
  traceState?: string;
  parentSpanId?: string;
  name?: string;
  kind?: number | string;
  startTimeUnixNano?: string | number;
  endTimeUnixNano?: string | number;
  attributes?: OtlpAttribute[];
  events?: { timeUnixNano?: string | number; name?: string; attributes?: OtlpAttribute[] }[];
  links?: { traceId?: string; spanId?: string; attributes?: OtlpAttribute[] }[];
  status?: { code?: number | string; message?: string };
}
export interface OtlpRequest {
  resourceSpans?: {
    resource?: { attributes?: OtlpAttribute[] };
    scopeSpans?: { scope?: { name?: string; version?: string }; spans?: OtlpSpan[] }[];
  }[];
}

/** What an attribute of a link says of it, from OpenTracing. */
const REF_TYPE = 'opentracing.ref_type';

interface TranslatedOtlp {
  batches: SpanBatch[];
  /** Spans without a valid trace or span id, or that are no spans at all. */
  rejected: number;
}

/** Takes anything that was JSON; what isn't of its shape is rejected span by span, or gives no batch. */
export function batchesOfOtlp(request: OtlpRequest): TranslatedOtlp {
  const translated: TranslatedOtlp = { batches: [], rejected: 0 };
  for (const { resource, scopeSpans } of list(request.resourceSpans)) {
    const attributes = list(resource?.attributes);
    const service = attributes.find(({ key }) => key === 'service.name')?.value?.stringValue;
    const tags = attributes.filter(({ key }) => key !== 'service.name').map(tagOf);
    const spans: JaegerSpan[] = [];
    for (const { scope, spans: each } of list(scopeSpans)) {
      for (const span of list(each)) {
        const made = spanOf(span, scope);
        if (made === undefined) translated.rejected++;
        else spans.push(made);
      }
    }
    // Jaeger's name for what has none.
    const serviceName = service ?? (attributes.length === 0 ? 'OTLPResourceNoServiceName' : '');
    if (spans.length > 0) translated.batches.push({ process: { serviceName, tags }, spans });
  }
  return translated;
}

function spanOf(span: OtlpSpan, scope?: { name?: string; version?: string }): JaegerSpan | undefined {
  const traceId = id(span.traceId, 32);
  const spanId = id(span.spanId, 16);
  if (traceId === undefined || spanId === undefined) return undefined;
  const startTime = microseconds(span.startTimeUnixNano);
  const parentSpanId = id(span.parentSpanId, 16) ?? '0'.repeat(16);
  const tags: JaegerTag[] = [];
  const add = (key: string, value: string | undefined) => {
    if (typeof value === 'string' && value !== '') tags.push({ key, type: TAG_TYPE.string, value });
  };
  add('otel.scope.name', scope?.name);
  add('otel.scope.version', scope?.version);
  tags.push(...list(span.attributes).map(tagOf));
  add('span.kind', kindOf(span.kind));
  const failed = span.status?.code === 2 || span.status?.code === 'STATUS_CODE_ERROR';
  if (failed) add('otel.status_code', 'ERROR');
  else if (span.status?.code === 1 || span.status?.code === 'STATUS_CODE_OK') add('otel.status_code', 'OK');
  if (failed) tags.push({ key: 'error', type: TAG_TYPE.bool, value: true });
  add('otel.status_description', span.status?.message);
  add('w3c.tracestate', span.traceState);
  return {
    traceId,
    spanId,
    parentSpanId,
    operationName: String(span.name ?? ''),
    references: list(span.links).flatMap(referenceOf),
    flags: 1,
    startTime,
    duration: durationOf(span.endTimeUnixNano, span.startTimeUnixNano),
    tags,
    logs: list(span.events).map(({ timeUnixNano, name, attributes }) => {
      const fields = list(attributes).map(tagOf);
      if (typeof name === 'string' && name !== '' && !fields.some(({ key }) => key === 'event'))
        fields.unshift({ key: 'event', type: TAG_TYPE.string, value: name });
      return { timestamp: microseconds(timeUnixNano), fields };
    }),
  };
}

function referenceOf(link: NonNullable<OtlpSpan['links']>[number]): JaegerReference[] {
  const traceId = id(link.traceId, 32);
  const spanId = id(link.spanId, 16);
  if (traceId === undefined || spanId === undefined) return [];
  const type = list(link.attributes).find(({ key }) => key === REF_TYPE)?.value?.stringValue;
  return [
    { type: type === 'child_of' ? REFERENCE_TYPE.childOf : REFERENCE_TYPE.followsFrom, traceId, spanId },
  ];
}

function kindOf(kind: number | string | undefined): string {
  const number = typeof kind === 'number' ? kind : KIND_NAMES.indexOf(kind ?? '');
  return KINDS[number] ?? '';
}
const KIND_NAMES = KINDS.map((kind) => `SPAN_KIND_${kind.toUpperCase()}`);

function tagOf({ key, value }: OtlpAttribute): JaegerTag {
  const name = String(key);
  if (value?.boolValue !== undefined)
    return { key: name, type: TAG_TYPE.bool, value: value.boolValue === true };
  if (value?.intValue !== undefined) return { key: name, type: TAG_TYPE.long, value: long(value.intValue) };
  if (value?.doubleValue !== undefined)
    return { key: name, type: TAG_TYPE.double, value: Number(value.doubleValue) };
  if (value?.bytesValue !== undefined)
    return { key: name, type: TAG_TYPE.binary, value: Buffer.from(String(value.bytesValue), 'base64') };
  const text = value?.arrayValue || value?.kvlistValue ? JSON.stringify(plain(value)) : value?.stringValue;
  return { key: name, type: TAG_TYPE.string, value: String(text ?? '') };
}

function plain(value: OtlpValue | undefined): unknown {
  if (value?.arrayValue) return list(value.arrayValue.values).map(plain);
  if (value?.kvlistValue)
    return Object.fromEntries(
      list(value.kvlistValue.values).map(({ key, value: each }) => [key, plain(each)]),
    );
  if (value?.intValue !== undefined) return Number(value.intValue);
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue ?? value?.bytesValue ?? null;
}

function long(value: string | number): number | bigint {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  return /^-?\d{1,20}$/.test(String(value)) ? BigInt.asIntN(64, BigInt(value)) : 0;
}

/** Lower-case hexadecimal; undefined for what isn't an id, or all zeros. */
function id(text: unknown, digits: number): string | undefined {
  if (typeof text !== 'string' || text.length !== digits || !/^[\da-f]+$/i.test(text)) return undefined;
  return /[^0]/.test(text) ? text.toLowerCase() : undefined;
}

function bigNanoseconds(value: string | number | undefined): bigint {
  return /^\d{1,20}$/.test(String(value)) ? BigInt(value!) : 0n;
}

function microseconds(value: string | number | undefined): number {
  return Number(bigNanoseconds(value) / 1000n);
}

/** In microseconds; none where a span ends before it starts. */
function durationOf(end: string | number | undefined, start: string | number | undefined): number {
  const duration = bigNanoseconds(end) - bigNanoseconds(start);
  return duration > 0n ? Number(duration / 1000n) : 0;
}

/** What isn't a list is an empty one, and what isn't an object in it is left out. */
function list<T extends object>(value: T[] | undefined): T[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];
}
