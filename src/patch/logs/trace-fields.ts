/**
 * Gives the fields that join a log record with the active span, under the names that OpenTelemetry's own use.
 * Beside a span's way: read when a logging library loads and the setting `logCorrelation` asks for it.
 */
import { context, isSpanContextValid, trace } from '@opentelemetry/api';

interface TraceFields {
  /** 32 hexadecimal digits. */
  readonly trace_id: string;
  /** 16 hexadecimal digits. */
  readonly span_id: string;
  /** Two hexadecimal digits: `01` for a span that is kept, else `00`. */
  readonly trace_flags: string;
}

export const FIELD_NAMES = ['trace_id', 'span_id', 'trace_flags'] as const;

/** A new object; undefined while no span is active. */
export function traceFields(): TraceFields | undefined {
  const span = trace.getSpanContext(context.active());
  if (span === undefined || !isSpanContextValid(span)) return undefined;
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    trace_flags: span.traceFlags.toString(16).padStart(2, '0'),
  };
}
