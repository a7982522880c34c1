/**
 * Posts a command's own spans as OTLP in JSON, to where OpenTelemetry's variables say.
 * After a span's way: for settings with the exporter `otlp`.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { SpanKind } from '@opentelemetry/api';
import type { Environment } from '../config/parser';
import { type Answer, exchange } from './http-exchange';
import type { PlainSpan } from './plain-span';

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp */
export function otlpUrl(env: Environment): string {
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim();
  if (own) return own;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim() || 'http://localhost:4318';
  return `${base.replace(/\/$/, '')}/v1/traces`;
}

/** @throws NoAnswer */
export function postOtlp(
  env: Environment,
  serviceName: string,
  spans: readonly PlainSpan[],
  timeout: number,
): Promise<Answer> {
  const body = Buffer.from(JSON.stringify(request(serviceName, spans)));
  return exchange(
    (onResponse) => {
      const url = new URL(otlpUrl(env));
      const http: typeof import('node:http') =
        url.protocol === 'https:' ? require('node:https') : require('node:http');
      const headers = {
        ...headersOf(env),
        'content-type': 'application/json',
        'content-length': String(body.length),
      };
      return http.request(url, { method: 'POST', agent: false, headers }, onResponse);
    },
    timeout,
    body,
  );
}

function headersOf(env: Environment): Record<string, string> {
  const text = env.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? env.OTEL_EXPORTER_OTLP_HEADERS ?? '';
  const headers: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    if (equals > 0) headers[pair.slice(0, equals).trim()] = decodeURIComponent(pair.slice(equals + 1).trim());
  }
  return headers;
}

function request(serviceName: string, spans: readonly PlainSpan[]): object {
  const nanoseconds = (milliseconds: number): string =>
    String(BigInt(Math.round(milliseconds * 1000)) * 1000n);
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: serviceName } }] },
        scopeSpans: [
          {
            scope: { name: 'tracing-agent' },
            spans: spans.map(
              ({ traceId, spanId, parentSpanId, name, kind, start, duration, attributes }) => ({
                traceId,
                spanId,
                parentSpanId,
                name,
                // OTLP counts from UNSPECIFIED on.
                kind: (kind ?? SpanKind.INTERNAL) + 1,
                startTimeUnixNano: nanoseconds(start),
                endTimeUnixNano: nanoseconds(start + duration),
                attributes: Object.entries(attributes ?? {}).map(([key, value]) => ({
                  key,
                  value: { stringValue: String(value) },
                })),
              }),
            ),
          },
        ],
      },
    ],
  };
}
