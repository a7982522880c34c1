/**
 * What a span must be in a packet, written from OpenTelemetry's Jaeger page and not from the encoder: compares a span
 * that the independent decoder read with the one that ended.
 */
import assert from 'node:assert/strict';
import type { Attributes, HrTime } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { PlainBatch, PlainSpan, PlainTag } from '../support/read-batch';

const KINDS = [undefined, 'server', 'client', 'producer', 'consumer'];
const VALUES = ['vStr', 'vDouble', 'vBool', 'vLong', 'vBinary'] as const;

/** @throws AssertionError that names the first field that differs */
export function compareSpan(read: PlainSpan, span: ReadableSpan): void {
  const { traceId, spanId } = span.spanContext();
  same('trace id', read.traceIdHigh + read.traceIdLow, traceId.padStart(32, '0'));
  same('span id', read.spanId, spanId.padStart(16, '0'));
  same('parent', read.parentSpanId, (span.parentSpanContext?.spanId ?? '').padStart(16, '0'));
  same('name', read.operationName, wellFormed(span.name));
  same('flags', read.flags, 1);
  same('start', Number(read.startTime), microseconds(span.startTime));
  same('duration', Number(read.duration), microseconds(span.duration));
  const references = read.references ?? [];
  same('links', references.length, span.links.length);
  for (const [index, { context }] of span.links.entries()) {
    const reference = references[index]!;
    same('type of a link', reference.refType, 1);
    same(
      'trace id of a link',
      reference.traceIdHigh + reference.traceIdLow,
      context.traceId.padStart(32, '0').slice(-32),
    );
    same('span id of a link', reference.spanId, context.spanId.padStart(16, '0'));
  }
  compareTags('tag', read.tags ?? [], expectedTags(span));
  const logs = read.logs ?? [];
  same('logs', logs.length, span.events.length);
  for (const [index, event] of span.events.entries()) {
    same('time of a log', Number(logs[index]!.timestamp), microseconds(event.time));
    const { attributes = {}, droppedAttributesCount = 0 } = event;
    const fields: [string, unknown][] = [];
    if (attributes.event === undefined && event.name !== '') fields.push(['event', event.name]);
    fields.push(...Object.entries(attributes));
    if (droppedAttributesCount > 0)
      fields.push(['otel.event.dropped_attributes_count', droppedAttributesCount]);
    compareTags('field of a log', logs[index]!.fields, fields);
  }
}

/** @throws AssertionError where the process isn't that resource's */
export function compareProcess(read: PlainBatch['process'], { attributes }: Resource): void {
  const { 'service.name': name, ...others } = attributes as Attributes;
  same('service', read.serviceName, name ? wellFormed(String(name)) : 'unknown_service:node');
  compareTags('tag of the process', read.tags ?? [], Object.entries(others));
}

function expectedTags(span: ReadableSpan): [string, unknown][] {
  const tags: [string, unknown][] = Object.entries(span.attributes);
  const { code, message } = span.status;
  if (code === 2) tags.push(['otel.status_code', 'ERROR']);
  else if (code === 1) tags.push(['otel.status_code', 'OK']);
  if (code !== 0 && message) tags.push(['otel.status_description', message]);
  if (code === 2) tags.push(['error', true]);
  const kind = KINDS[span.kind];
  if (kind !== undefined) tags.push(['span.kind', kind]);
  const { name, version } = span.instrumentationScope;
  if (name) tags.push(['otel.scope.name', name]);
  if (version) tags.push(['otel.scope.version', version]);
  if (span.droppedAttributesCount > 0)
    tags.push(['otel.dropped_attributes_count', span.droppedAttributesCount]);
  if (span.droppedEventsCount > 0) tags.push(['otel.dropped_events_count', span.droppedEventsCount]);
  if (span.droppedLinksCount > 0) tags.push(['otel.dropped_links_count', span.droppedLinksCount]);
  return tags;
}

function compareTags(what: string, read: readonly PlainTag[], expected: [string, unknown][]): void {
  same(`number of each ${what}`, read.length, expected.length);
  for (let index = 0; index < expected.length; index++) {
    const tag = read[index]!;
    const [key, value] = expected[index]!;
    same(`key of a ${what}`, tag.key, wellFormed(key));
    same(`type of a ${what}`, tag.vType, tagType(value));
    let count = 0;
    for (const name in tag) if (name !== 'key' && name !== 'vType') count++;
    same(`values of a ${what}`, count, 1);
    const text = typeof value === 'object' ? JSON.stringify(value) : value;
    // A long has no negative zero.
    const plain = typeof text === 'string' ? wellFormed(text) : text === 0 ? 0 : text;
    same(`value of the ${what} ${key}`, tag[VALUES[tag.vType]!], plain);
  }
}

function tagType(value: unknown): number {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 3 : 1;
  return typeof value === 'boolean' ? 2 : 0;
}

function microseconds([seconds, nanoseconds]: HrTime): number {
  return Number((BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)) / 1000n);
}

/** As UTF-8 brings it: lone surrogates are replaced. */
function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? Buffer.from(text).toString() : text;
}

function same(what: string, read: unknown, expected: unknown): void {
  if (Object.is(read, expected)) return;
  assert.deepEqual(read, expected, `${what}: ${shown(read)} instead of ${shown(expected)}`);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value).slice(0, 200) : String(value);
}
