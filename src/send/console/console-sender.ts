/**
 * Prints traces as trees on stderr, each when its last open span in this process has ended.
 * Sixth station of a span's way, where `console` is chosen; read only then.
 *
 * On stderr, although OpenTelemetry's console exporter prints on stdout: stdout is the application's own, and may be a
 * protocol or a file.
 */
import { writeSync } from 'node:fs';
import type { Context, HrTime } from '@opentelemetry/api';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace-base';
import { fault } from '../../diagnostics/contain';
import { formatTrace, type SpanRow } from '../../diagnostics/trace-tree';
import type { Sender } from '../sender';

const SAMPLED = 1;
/** Ended spans kept for traces that are still open; past it they are printed as they are. */
const MOST_ROWS = 10_000;
/** Traces with open spans remembered; a span that is never ended must not keep its trace for ever. */
const MOST_TRACES = 1_000;

interface Row extends SpanRow {
  /** Its parent's context came by a header: the parent is elsewhere, unless this process has called itself. */
  readonly remote: boolean;
}

interface OpenTrace {
  open: number;
  rows: Row[];
}

export class ConsoleSender implements Sender {
  readonly #traces = new Map<string, OpenTrace>();
  readonly #write: (text: string) => void;
  #rows = 0;

  constructor(write: (text: string) => void = (text) => void writeSync(2, text)) {
    this.#write = write;
  }

  onStart(span: Span, _parent: Context): void {
    const { traceId, traceFlags } = span.spanContext();
    if ((traceFlags & SAMPLED) === 0) return;
    const trace = this.#traces.get(traceId);
    if (trace !== undefined) trace.open++;
    else {
      if (this.#traces.size >= MOST_TRACES) this.#printOldest();
      this.#traces.set(traceId, { open: 1, rows: [] });
    }
  }

  onEnd(span: ReadableSpan): void {
    const { traceId, traceFlags } = span.spanContext();
    if ((traceFlags & SAMPLED) === 0) return;
    try {
      const trace = this.#traces.get(traceId) ?? { open: 1, rows: [] };
      trace.rows.push(rowOf(span));
      this.#rows++;
      if (--trace.open <= 0) {
        this.#traces.delete(traceId);
        this.#print(trace);
      } else if (this.#rows > MOST_ROWS) this.flushNow();
    } catch (error) {
      fault('console', error);
    }
  }

  async forceFlush(): Promise<void> {
    this.flushNow();
  }

  /** Prints what has ended of traces that are still open, too. */
  flushNow(): void {
    for (const trace of this.#traces.values()) this.#print(trace);
  }

  async shutdown(): Promise<void> {
    this.flushNow();
    this.#traces.clear();
  }

  #printOldest(): void {
    for (const [traceId, trace] of this.#traces) {
      this.#print(trace);
      this.#traces.delete(traceId);
      return;
    }
  }

  #print(trace: OpenTrace): void {
    if (trace.rows.length === 0) return;
    const here = new Set(trace.rows.map(({ spanId }) => spanId));
    // The tree is of one process: what came from another is not missing, it is elsewhere.
    const elsewhere = (row: Row) => row.remote && !here.has(row.parentSpanId);
    const text = formatTrace(trace.rows.map((row) => (elsewhere(row) ? { ...row, parentSpanId: '' } : row)));
    this.#rows -= trace.rows.length;
    trace.rows = [];
    try {
      this.#write(`${text}\n`);
    } catch {
      // A closed stderr, or a full pipe: the application comes first.
    }
  }
}

function rowOf(span: ReadableSpan): Row {
  const { traceId, spanId } = span.spanContext();
  const { attributes } = span.resource;
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? '',
    remote: span.parentSpanContext?.isRemote === true,
    service: String(attributes['service.name'] ?? '?'),
    name: span.name,
    startTime: microseconds(span.startTime),
    duration: microseconds(span.duration),
    tags: span.attributes,
  };
}

function microseconds(time: HrTime): number {
  return time[0] * 1e6 + time[1] / 1e3;
}
