/** Unions of stretches of time: self time, holes between children, and stretches in which nothing ran. */
import type { Span } from './span';

export interface Interval {
  from: number;
  to: number;
}

/** Overlapping and touching ones joined, by start. */
export function union(intervals: Interval[]): Interval[] {
  const sorted = intervals.filter((each) => each.to > each.from).sort((a, b) => a.from - b.from);
  const joined: Interval[] = [];
  for (const { from, to } of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

/** What of `whole` no interval covers. */
function holes(whole: Interval, intervals: Interval[]): Interval[] {
  const found: Interval[] = [];
  let at = whole.from;
  for (const { from, to } of union(intervals)) {
    if (from >= whole.to) break;
    if (from > at) found.push({ from: at, to: from });
    at = Math.max(at, to);
  }
  if (at < whole.to) found.push({ from: at, to: whole.to });
  return found;
}

const stretchOf = (span: Span): Interval => ({ from: span.start, to: span.end });

/** Microseconds of the span in which none of its children ran. */
export function selfTime(span: Span): number {
  if (span.children.length === 0) return span.duration;
  return holes(stretchOf(span), span.children.map(stretchOf)).reduce(
    (sum, each) => sum + each.to - each.from,
    0,
  );
}

/**
 * Stretches of a span that has children in which none of them ran, each at least `least` long: the code there is not
 * instrumented, or it computes.
 */
export function uninstrumentedGaps(span: Span, least: number): Interval[] {
  if (span.children.length === 0 || span.duration < least) return [];
  return holes(stretchOf(span), span.children.map(stretchOf)).filter((each) => each.to - each.from >= least);
}
