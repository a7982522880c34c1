/**
 * Keeps only traces that failed or took long, of those that begin in this process: holds each trace's spans until its
 * first span ends. Fifth station of a span's way, after the spans' end: between `record` and `send`.
 *
 * Services that were called have been told that the trace is sampled, and keep their part. What is held is bounded in
 * time and spans; a trace beyond the bounds can't be judged, and is kept.
 */
import { type Context, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace-base';
import { contained } from '../diagnostics/contain';
import type { Counters } from '../diagnostics/counters';
import { DEBUG } from './debug-flag';
import type { SpanDestination } from './span-destination';

interface LocalTailOptions {
  /** Kept where the first span took longer, in milliseconds. */
  readonly slow: number;
  /** A trace is held no longer than this, in milliseconds. */
  readonly hold: number;
  /** Spans held at most, of all traces together. */
  readonly maxSpans: number;
}

interface Held {
  readonly since: number;
  spans: ReadableSpan[];
  /** Undefined while the first span is open. */
  kept: boolean | undefined;
}

/** How often is looked for traces that were held too long, in milliseconds. */
const SWEEP = 250;

export class LocalTail implements SpanDestination {
  readonly #next: SpanDestination;
  readonly #options: LocalTailOptions;
  readonly #counters: Counters;
  /** By trace id, the oldest first. Decided traces stay for spans that end after the first one. */
  readonly #traces = new Map<string, Held>();
  #spans = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(next: SpanDestination, options: LocalTailOptions, counters: Counters) {
    this.#next = next;
    this.#options = options;
    this.#counters = counters;
  }

  onStart(span: Span, context: Context): void {
    this.#next.onStart(span, context);
    if (span.parentSpanContext !== undefined) return;
    if (this.#traces.size >= this.#options.maxSpans) this.#forgetOldest();
    this.#traces.set(span.spanContext().traceId, { since: performance.now(), spans: [], kept: undefined });
    this.#timer ??= setInterval(
      contained('tail', () => this.#sweep()),
      SWEEP,
    ).unref();
  }

  onEnd(span: ReadableSpan): void {
    const held = this.#traces.get(span.spanContext().traceId);
    if (held === undefined || held.kept === true) {
      this.#next.onEnd(span);
      return;
    }
    if (held.kept === false) {
      this.#counters.droppedByTail++;
      return;
    }
    held.spans.push(span);
    this.#spans++;
    if (span.parentSpanContext === undefined) this.#decide(held, this.#wanted(span));
    else if (this.#spans > this.#options.maxSpans) this.#makeRoom();
  }

  forceFlush(limit?: number): Promise<void> {
    return this.#next.forceFlush(limit);
  }

  /** What can't be judged any more is kept. */
  flushNow(limit?: number): void {
    this.#releaseAll();
    this.#next.flushNow(limit);
  }

  shutdown(): Promise<void> {
    this.#releaseAll();
    clearInterval(this.#timer);
    return this.#next.shutdown();
  }

  #wanted(root: ReadableSpan): boolean {
    if (root.status.code === SpanStatusCode.ERROR) return true;
    if ((((root as { jaegerFlags?: number }).jaegerFlags ?? 0) & DEBUG) !== 0) return true;
    const [seconds, nanoseconds] = root.duration;
    return seconds * 1e3 + nanoseconds / 1e6 >= this.#options.slow;
  }

  #decide(held: Held, keep: boolean): void {
    held.kept = keep;
    this.#spans -= held.spans.length;
    if (keep) for (const span of held.spans) this.#next.onEnd(span);
    else this.#counters.droppedByTail += held.spans.length;
    held.spans = [];
  }

  #makeRoom(): void {
    for (const held of this.#traces.values()) {
      if (held.spans.length === 0) continue;
      this.#decide(held, true);
      if (this.#spans <= this.#options.maxSpans / 2) return;
    }
  }

  #forgetOldest(): void {
    for (const [id, held] of this.#traces) {
      if (held.kept === undefined) this.#decide(held, true);
      this.#traces.delete(id);
      return;
    }
  }

  #sweep(): void {
    const before = performance.now() - this.#options.hold;
    for (const [id, held] of this.#traces) {
      if (held.since > before) return;
      if (held.kept === undefined) this.#decide(held, true);
      this.#traces.delete(id);
    }
    if (this.#traces.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #releaseAll(): void {
    for (const held of this.#traces.values()) if (held.kept === undefined) this.#decide(held, true);
  }
}
