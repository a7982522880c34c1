/**
 * Tells the time of spans: microseconds since the epoch, finer than the wall clock's milliseconds and never going back.
 * Fourth station of a span's way: asked when a span begins, ends, or notes an event.
 *
 * All spans of one trace in this process use one offset, so that a wall clock which is set in between can't put a
 * child before its parent; new traces look whether the two clocks still agree.
 */
import { performance } from 'node:perf_hooks';
import type { HrTime, TimeInput } from '@opentelemetry/api';
import { wall } from '../diagnostics/native-timers';

// Not the global, which may be a test's fake by now, nor what may stand before the class's own method. Read here, since
// `perf_hooks` is eight files of Node's, 10 million instructions, which a process without spans needn't pay.
const { now: ofClass } = Object.getPrototypeOf(performance) as Partial<typeof performance>;
const monotonic = (ofClass ?? performance.now).bind(performance);

/** Apart by more than this, in milliseconds, the wall clock was set, or the machine slept. `Date.now` cuts to one. */
const MOST_DRIFT = 2;

/** Whether they agree is looked at once in so many milliseconds: the wall clock costs more to read. */
const LOOK_EVERY = 5;

let current = performance.timeOrigin;
let lookedAt = Number.NEGATIVE_INFINITY;

/** Milliseconds from the monotonic clock's origin to the epoch's, for the spans of a new trace. */
export function clockOffset(): number {
  const elapsed = monotonic();
  if (elapsed - lookedAt < LOOK_EVERY) return current;
  lookedAt = elapsed;
  const now = wall();
  const drift = now - (elapsed + current);
  if (drift > MOST_DRIFT || drift < -MOST_DRIFT) current = now - elapsed;
  return current;
}

/** Microseconds since the epoch. */
export function now(offset: number): number {
  return (monotonic() + offset) * 1e3;
}

/**
 * Microseconds since the epoch of a time in one of the API's forms: a `Date`, an `HrTime`, milliseconds since the
 * epoch, or a reading of `performance.now()`, which a number that isn't beyond it is taken for, as the SDK does.
 * Undefined for anything else, an invalid date among it.
 */
export function toMicroseconds(time: TimeInput | undefined, offset: number): number | undefined {
  if (typeof time === 'number') return finite((time <= monotonic() ? time + offset : time) * 1e3);
  if (time instanceof Date) return finite(time.getTime() * 1e3);
  return isHrTime(time) ? finite(time[0] * 1e6 + time[1] / 1e3) : undefined;
}

function finite(micros: number): number | undefined {
  return Number.isFinite(micros) ? micros : undefined;
}

/** Whole seconds and nanoseconds. */
export function toHrTime(microseconds: number): HrTime {
  const seconds = Math.floor(microseconds / 1e6);
  return [seconds, Math.round((microseconds - seconds * 1e6) * 1e3)];
}

export function isHrTime(time: unknown): time is HrTime {
  return Array.isArray(time) && time.length === 2 && Number.isFinite(time[0]) && Number.isFinite(time[1]);
}
