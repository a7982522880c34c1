/**
 * Reads a trace as Jaeger's query API gives it.
 * After a span's way: how the demo prints what the viewer, or Jaeger itself, has stored.
 */
import type { SpanRow } from '../diagnostics/trace-tree';

interface JaegerJsonSpan {
  traceID: string;
  spanID: string;
  operationName: string;
  references: { refType: string; spanID: string }[];
  startTime: number;
  duration: number;
  tags: { key: string; value: unknown }[];
  processID: string;
}

/** One element of `data` in the answer of `GET /api/traces`. */
interface JaegerJsonTrace {
  spans: JaegerJsonSpan[];
  processes: Record<string, { serviceName: string }>;
}

export function fromJaegerJson(trace: JaegerJsonTrace): SpanRow[] {
  return trace.spans.map((span) => ({
    traceId: span.traceID,
    spanId: span.spanID,
    parentSpanId: span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID ?? '',
    service: trace.processes[span.processID]?.serviceName ?? '?',
    name: span.operationName,
    startTime: span.startTime,
    duration: span.duration,
    tags: Object.fromEntries(span.tags.map(({ key, value }) => [key, value])),
  }));
}
