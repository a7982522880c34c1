/**
 * What each destination of spans is to the agent: a span processor that can also send without waiting.
 * Sixth station of a span's way: `tracing.ts` makes one, which may stand for several.
 */
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';

export interface Sender extends SpanProcessor {
  /**
   * Resolves when everything that ended has been sent or counted as lost, or the time is up. Never rejects.
   * @param limit in milliseconds; the settings' `exportTimeoutMillis` where it isn't given
   */
  forceFlush(limit?: number): Promise<void>;
  /**
   * Sends what can be sent without the event loop: for an `exit` handler.
   * @param limit milliseconds for which the thread may stand still; none by default
   */
  flushNow(limit?: number): void;
  shutdown(): Promise<void>;
}

const SAMPLED = 1;

/** A span of ours tells without making an object of its ids. */
export function isSampled(span: ReadableSpan): boolean {
  const sampled = (span as { identity?: { sampled?: unknown } }).identity?.sampled;
  return typeof sampled === 'boolean' ? sampled : (span.spanContext().traceFlags & SAMPLED) !== 0;
}
