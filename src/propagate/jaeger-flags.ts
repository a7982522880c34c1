/**
 * Jaeger's flags: those beyond `sampled`, debug and firehose, are kept in the context beside the span context, which
 * knows only W3C's flags. Third station of a span's way: how a debug flag survives to the next service.
 */
import { type Context, createContextKey, trace } from '@opentelemetry/api';

/** Bits of Jaeger's flags; the first is W3C's as well. */
export const SAMPLED = 1;
export const DEBUG = 2;
export const FIREHOSE = 8;

const FLAGS = createContextKey('tracing-agent jaeger flags');

/** A span of our recorder, which knows what was decided since: `sampling.priority`. */
interface FlaggedSpan {
  readonly jaegerFlags?: number;
}

/** Debug and firehose flags of the context's trace; 0 for none. */
export function jaegerFlags(context: Context): number {
  const span = trace.getSpan(context) as FlaggedSpan | undefined;
  return span?.jaegerFlags ?? (context.getValue(FLAGS) as number | undefined) ?? 0;
}

/** @param flags those beyond `sampled` */
export function withJaegerFlags(context: Context, flags: number): Context {
  return context.setValue(FLAGS, flags);
}
