/**
 * What the spans of one trace in this process share: their clock, and decisions made after its start.
 * Fourth station of a span's way.
 */
import { clockOffset } from './clock';

/** Jaeger's debug flag: keep this trace whatever samplers say, in the next services too. */
const DEBUG = 2;

export class LocalTrace {
  /** Milliseconds from the monotonic clock to the epoch. */
  readonly clockOffset: number = clockOffset();
  /** Jaeger's flags beside `sampled`: debug 2, firehose 8. */
  flags: number;
  /** The application has set `sampling.priority` to 0: spans that end from now on are not sent. */
  dropped = false;

  constructor(flags: number) {
    this.flags = flags;
  }

  /** `sampling.priority` of more than 0. */
  keep(): void {
    this.flags |= DEBUG;
    this.dropped = false;
  }
}
