/** Where a moment lies on the timeline, from 0 to 1, with stretches in which nothing ran squeezed where asked. */
import { type Interval, union } from './intervals';
import type { Trace } from './span';

export interface TimeScale {
  /** The stretch of the trace that is shown. */
  from: number;
  to: number;
  squeezed: Interval[];
  /** 0 at the left edge, 1 at the right; beyond for moments outside. */
  at(time: number): number;
  /** The moment at a place. */
  timeAt(place: number): number;
}

/** The width that is left of a squeezed stretch, as a part of the whole. */
const SQUEEZED_WIDTH = 0.02;
/** A stretch is idle once it is longer than this part of the trace. */
const IDLE_PART = 0.05;

/** Stretches in which no span of the trace ran: between a producer and a consumer, before a late retry. */
export function idleStretches(trace: Trace): Interval[] {
  const busy = union(trace.spans.map((span) => ({ from: span.start, to: span.end })));
  const found: Interval[] = [];
  for (let i = 1; i < busy.length; i++) found.push({ from: busy[i - 1]!.to, to: busy[i]!.from });
  return found.filter((each) => each.to - each.from > trace.duration * IDLE_PART);
}

export function timeScale(from: number, to: number, idle: Interval[] = []): TimeScale {
  const squeezed = idle
    .map((each) => ({ from: Math.max(each.from, from), to: Math.min(each.to, to) }))
    .filter((each) => each.to > each.from);
  const idleTime = squeezed.reduce((sum, each) => sum + each.to - each.from, 0);
  const busyWidth = Math.max(0.1, 1 - squeezed.length * SQUEEZED_WIDTH);
  const perUnit = busyWidth / Math.max(1e-9, to - from - idleTime);
  const idleWidth = squeezed.length === 0 ? 0 : (1 - busyWidth) / squeezed.length;
  /** Corners of a broken line: each time and its place. */
  const corners: { time: number; place: number }[] = [{ time: from, place: 0 }];
  for (const each of squeezed) {
    const last = corners.at(-1)!;
    const place = last.place + (each.from - last.time) * perUnit;
    corners.push({ time: each.from, place }, { time: each.to, place: place + idleWidth });
  }
  const end = corners.at(-1)!;
  corners.push({ time: to, place: end.place + (to - end.time) * perUnit });
  return {
    from,
    to,
    squeezed,
    at: (time) => along(corners, 'time', 'place', time, perUnit),
    timeAt: (place) => along(corners, 'place', 'time', place, 1 / perUnit),
  };
}

type Axis = 'time' | 'place';
function along(
  corners: Record<Axis, number>[],
  known: Axis,
  wanted: Axis,
  value: number,
  slope: number,
): number {
  const first = corners[0]!;
  if (value <= first[known]) return first[wanted] + (value - first[known]) * slope;
  for (let i = 1; i < corners.length; i++) {
    const a = corners[i - 1]!;
    const b = corners[i]!;
    if (value > b[known]) continue;
    const part = b[known] === a[known] ? 0 : (value - a[known]) / (b[known] - a[known]);
    return a[wanted] + part * (b[wanted] - a[wanted]);
  }
  const last = corners.at(-1)!;
  return last[wanted] + (value - last[known]) * slope;
}

/** Round moments for the axis, as many as fit: steps of 1, 2 or 5. */
export function ticks(from: number, to: number, most: number): number[] {
  const rough = (to - from) / Math.max(1, most);
  if (!(rough > 0)) return [from];
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((each) => each * size >= rough)! * size;
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}
