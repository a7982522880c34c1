/**
 * Finds traces: those with a span that fulfils a condition, the first so many in the order that was asked for.
 * After a span's way: behind Jaeger's search and the page's.
 */
import { type Check, Checker } from './condition-check';
import { hex32 } from './id-table';
import type { Condition } from './query-language';
import { GONE, type Segment } from './segment';
import type { Store } from './store';

export const SORTS = ['start', 'duration', 'spans', 'errors'] as const;
export type Sort = (typeof SORTS)[number];

export interface Search {
  /** Undefined: every span. */
  condition: Condition | undefined;
  /** Microseconds; a span's start is within, ends included. */
  start: number;
  end: number;
  limit: number;
  sort: Sort;
}

/** How long a search holds the process before what has arrived is read. */
const TURN_MILLISECONDS = 4;

export interface Found {
  /** Rows of traces. */
  traces: number[];
  total: number;
}

/** Calls back for each span that is there and fulfils the condition; what arrives meanwhile may be missing. */
export async function eachSpan(
  store: Store,
  search: Pick<Search, 'condition' | 'start' | 'end'>,
  visit: (segment: Segment, row: number) => void,
  skip?: Uint8Array,
): Promise<void> {
  const checker = new Checker(store);
  let since = performance.now();
  // The newest first. A copy, since segments come and go while others have their turn.
  for (const segment of [...store.segments].reverse()) {
    eachOfSegment(segment, checker, search, visit, skip);
    if (performance.now() - since < TURN_MILLISECONDS) continue;
    // Packets wait in a socket's buffer of a few hundred kilobytes.
    await new Promise(setImmediate);
    since = performance.now();
  }
}

function eachOfSegment(
  segment: Segment,
  checker: Checker,
  { condition, start, end }: Pick<Search, 'condition' | 'start' | 'end'>,
  visit: (segment: Segment, row: number) => void,
  skip: Uint8Array | undefined,
): void {
  if (segment.live === 0 || segment.lastStart < start || segment.firstStart > end) return;
  const check = condition === undefined ? true : checker.check(condition, segment);
  if (check === false) return;
  const { trace, count } = segment;
  const starts = segment.start;
  const within = segment.firstStart >= start && segment.lastStart <= end;
  for (let row = 0; row < count; row++) {
    const each = trace[row]!;
    if (each === GONE || (skip !== undefined && skip[each] === 1)) continue;
    if (!within && (starts[row]! < start || starts[row]! > end)) continue;
    if (check === true || check(row)) visit(segment, row);
  }
}

export async function findTraces(store: Store, search: Search): Promise<Found> {
  const hit = new Uint8Array(store.ids.end);
  let rows: number[] = [];
  const visit = (segment: Segment, row: number): void => {
    const trace = segment.trace[row]!;
    hit[trace] = 1;
    rows.push(trace);
  };
  await eachSpan(store, search, visit, hit);
  // Some may have left meanwhile.
  rows = rows.filter((trace) => store.has(trace));
  return { traces: best(rows, keyOf(store, search.sort), search.limit), total: rows.length };
}

/** Ids of a trace's spans that fulfil the condition, at most `most`. */
export function matchesOf(
  store: Store,
  trace: number,
  condition: Condition | undefined,
  most: number,
  checker = new Checker(store),
): string[] {
  if (condition === undefined) return [];
  const checks = new Map<Segment, Check>();
  const ids: string[] = [];
  store.each(trace, (segment, row) => {
    if (ids.length >= most) return;
    let check = checks.get(segment);
    if (check === undefined) {
      check = checker.check(condition, segment);
      checks.set(segment, check);
    }
    if (check === true || (check !== false && check(row)))
      ids.push(hex32(segment.spanHigh[row]!) + hex32(segment.spanLow[row]!));
  });
  return ids;
}

function keyOf(store: Store, sort: Sort): (trace: number) => number {
  if (sort === 'duration') return (trace) => store.lastEnd[trace]! - store.firstStart[trace]!;
  if (sort === 'spans') return (trace) => store.count[trace]!;
  if (sort === 'errors') return (trace) => store.errors[trace]!;
  return (trace) => store.firstStart[trace]!;
}

/** The `limit` rows with the largest keys, largest first. */
function best(rows: number[], key: (row: number) => number, limit: number): number[] {
  let candidates = rows;
  if (rows.length > 2 * limit) {
    // Numbers alone sort many times faster than rows by a function.
    const keys = Float64Array.from(rows, key).sort();
    const least = keys[Math.max(0, keys.length - limit)]!;
    candidates = rows.filter((row) => key(row) >= least);
  }
  return candidates.sort((a, b) => key(b) - key(a)).slice(0, limit);
}
