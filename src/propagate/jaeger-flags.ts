/**
 * Jaeger's flags beyond `sampled`, debug (2) and firehose (8), kept in the context beside the span context, which
 * knows only W3C's flags. Third station of a span's way: how a debug flag survives to the next service.
 */
import { type Context, createContextKey, trace } from '@opentelemetry/api';

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

export function withJaegerFlags(context: Context, flags: number): Context {
  return context.setValue(FLAGS, flags);
}
