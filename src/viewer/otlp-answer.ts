/**
 * Traces as OTLP JSON, which the third version of Jaeger's query API answers with.
 * After a span's way: the reverse of `otlp`.
 */
import { type JaegerTag, REFERENCE_TYPE, TAG_TYPE } from '../thrift/jaeger';
import { type DecodedSpan, parentOf } from './jaeger-trace';
import type { OtlpAttribute, OtlpRequest, OtlpSpan } from './otlp';
import { KINDS } from './tag-dictionary';

/** Tags that have a place of their own in OTLP. */
const TRANSLATED = new Set([
  'span.kind',
  'otel.status_code',
  'otel.status_description',
  'otel.scope.name',
  'otel.scope.version',
  'w3c.tracestate',
]);

export function otlpOf(spans: readonly DecodedSpan[]): OtlpRequest {
  const byOrigin = new Map<
    DecodedSpan['origin'],
    Map<string, { name: string; version: string; spans: OtlpSpan[] }>
  >();
  for (const { span, origin } of spans) {
    const text = (key: string) => String(span.tags.find((tag) => tag.key === key)?.value ?? '');
    const name = text('otel.scope.name');
    const version = text('otel.scope.version');
    const scopes = byOrigin.get(origin) ?? new Map();
    byOrigin.set(origin, scopes);
    const key = JSON.stringify([name, version]);
    const scope = scopes.get(key) ?? { name, version, spans: [] };
    scopes.set(key, scope);
    const parent = parentOf(span);
    const failed = text('error') === 'true' || text('otel.status_code') === 'ERROR';
    const message = text('otel.status_description');
    const state = text('w3c.tracestate');
    const code = failed ? 2 : text('otel.status_code') === 'OK' ? 1 : 0;
    scope.spans.push({
      traceId: span.traceId,
      spanId: span.spanId,
      ...(state !== '' && { traceState: state }),
      ...(/[^0]/.test(parent) && { parentSpanId: parent }),
      name: span.operationName,
      kind: Math.max(0, KINDS.indexOf(text('span.kind') as (typeof KINDS)[number])),
      startTimeUnixNano: nanoseconds(span.startTime),
      endTimeUnixNano: nanoseconds(span.startTime + span.duration),
      attributes: span.tags
        .filter((tag) => !TRANSLATED.has(tag.key) && !(tag.key === 'error' && tag.value === true))
        .map(attributeOf),
      events: span.logs.map(({ timestamp, fields }) => ({
        timeUnixNano: nanoseconds(timestamp),
        name: String(fields.find((field) => field.key === 'event')?.value ?? ''),
        attributes: fields.filter((field) => field.key !== 'event').map(attributeOf),
      })),
      links: span.references
        .filter((each) => !(each.spanId === parent && each.type === REFERENCE_TYPE.childOf))
        .map(({ traceId, spanId, type }) => ({
          traceId,
          spanId,
          attributes: [
            {
              key: 'opentracing.ref_type',
              value: { stringValue: type === REFERENCE_TYPE.childOf ? 'child_of' : 'follows_from' },
            },
          ],
        })),
      status: { ...(code > 0 && { code }), ...(message !== '' && { message }) },
    });
  }
  return {
    resourceSpans: [...byOrigin].map(([{ process }, scopes]) => ({
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: process.serviceName } },
          ...process.tags.map(attributeOf),
        ],
      },
      scopeSpans: [...scopes.values()].map(({ name, version, spans: each }) => ({
        scope: { ...(name !== '' && { name }), ...(version !== '' && { version }) },
        spans: each,
      })),
    })),
  };
}

function attributeOf({ key, type, value }: JaegerTag): OtlpAttribute {
  if (type === TAG_TYPE.bool) return { key, value: { boolValue: value === true } };
  if (type === TAG_TYPE.long) return { key, value: { intValue: String(value) } };
  if (type === TAG_TYPE.double) {
    const number = Number(value);
    return { key, value: { doubleValue: Number.isFinite(number) ? number : String(value) } };
  }
  if (value instanceof Uint8Array)
    return { key, value: { bytesValue: Buffer.from(value).toString('base64') } };
  return { key, value: { stringValue: String(value) } };
}

function nanoseconds(microseconds: number): string {
  return String(BigInt(Math.trunc(microseconds)) * 1000n);
}
