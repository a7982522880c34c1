/**
 * What the spans of one trace in this process share: their clock, and decisions made after its start.
 * Fourth station of a span's way.
 */
import type { Context } from '@opentelemetry/api';
import { clockOffset } from './clock';
import { wordOf } from './ids';
import type { LateDecisions } from './surroundings';

export class LocalTrace {
  /** The trace id as four words, the first digits first, for the encoder: parsed once for all spans. */
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
  readonly word3: number;
  /** Milliseconds from the monotonic clock to the epoch. */
  readonly clockOffset: number = clockOffset();
  /** Jaeger's flags beside `sampled`: debug 2, firehose 8. */
  flags: number;
  /** The application has set `sampling.priority` to 0: spans that end from now on are not sent. */
  dropped = false;

  /** Where a rule may decide about the trace again, and the context that its first span began under. */
  late: { readonly decisions: LateDecisions; readonly context: Context } | undefined;

  constructor(traceId: string, flags: number) {
    this.flags = flags;
    this.word0 = wordOf(traceId, 0);
    this.word1 = wordOf(traceId, 8);
    this.word2 = wordOf(traceId, 16);
    this.word3 = wordOf(traceId, 24);
  }
}
