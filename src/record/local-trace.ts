/**
 * What the spans of one trace in this process share: their clock, and decisions made after its start.
 * Fourth station of a span's way.
 */
import type { Context } from '@opentelemetry/api';
import { clockOffset } from './clock';
import type { LateDecisions } from './surroundings';

export class LocalTrace {
  /** Milliseconds from the monotonic clock to the epoch. */
  readonly clockOffset: number = clockOffset();
  /** Jaeger's flags beside `sampled`: debug 2, firehose 8. */
  flags: number;
  /** The application has set `sampling.priority` to 0: spans that end from now on are not sent. */
  dropped = false;

  /** Where a rule may decide about the trace again, and the context that its first span began under. */
  late: { readonly decisions: LateDecisions; readonly context: Context } | undefined;

  constructor(flags: number) {
    this.flags = flags;
  }
}
