/**
 * Finds traces: those with a span that fulfils a condition, the first so many in the order that was asked for.
 * After a span's way: behind Jaeger's search and the page's.
 */
import type { Sort } from './api/answers';
import type { Condition } from './api/query-language';
import { Checker, type Rows } from './condition-check';
import { hex32 } from './id-table';
import { GONE, type Segment } from './segment';
import type { Store } from './store';

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
export const TURN_MILLISECONDS = 4;

interface Found {
  /** Rows of traces. */
  traces: number[];
  total: number;
  checker: Checker;
}

type Within = Pick<Search, 'start' | 'end'>;

/**
 * Calls back for each span that is there and fulfils the condition; what arrives meanwhile may be missing.
 * @param skip marks the traces whose spans aren't wanted
 */
export async function eachSpan(
  store: Store,
  search: Within & Pick<Search, 'condition'>,
  visit: (segment: Segment, row: number) => void,
  skip?: Uint8Array,
  checker = new Checker(store, search.condition),
): Promise<void> {
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
  { start, end }: Within,
  visit: (segment: Segment, row: number) => void,
  skip: Uint8Array | undefined,
): void {
  if (segment.live === 0 || segment.lastStart < start || segment.firstStart > end) return;
  const rows = checker.rows(segment);
  if (rows === false) return;
  const { trace, count } = segment;
  const starts = segment.start;
  const within = segment.firstStart >= start && segment.lastStart <= end;
  const each = (row: number): void => {
    const of = trace[row]!;
    if (of === GONE || (skip !== undefined && skip[of] === 1)) return;
    if (within || (starts[row]! >= start && starts[row]! <= end)) visit(segment, row);
  };
  if (rows === true) for (let row = 0; row < count; row++) each(row);
  else rows.each(each);
}

export async function findTraces(store: Store, search: Search): Promise<Found> {
  const hit = new Uint8Array(store.ids.end);
  let rows: number[] = [];
  const visit = (segment: Segment, row: number): void => {
    const trace = segment.trace[row]!;
    hit[trace] = 1;
    rows.push(trace);
  };
  const checker = new Checker(store, search.condition);
  await eachSpan(store, search, visit, hit, checker);
  // Some may have left meanwhile.
  rows = rows.filter((trace) => store.has(trace));
  return { traces: best(rows, keyOf(store, search.sort), search.limit), total: rows.length, checker };
}

/** Ids of a trace's spans that fulfil the checker's condition, at most `most`; none for every span. */
export function matchesOf(store: Store, trace: number, checker: Checker, most: number): string[] {
  if (checker.condition === undefined) return [];
  const ids: string[] = [];
  let of: Segment | undefined;
  let rows: Rows = false;
  store.each(trace, (segment, row) => {
    if (ids.length >= most) return;
    if (segment !== of) {
      of = segment;
      rows = checker.rows(segment);
    }
    if (rows === true || (rows !== false && rows.has(row)))
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
  let kept: { row: number; key: number }[] = [];
  let least = Number.NEGATIVE_INFINITY;
  const cut = (): void => {
    kept = kept.sort((a, b) => b.key - a.key).slice(0, limit);
    if (kept.length === limit) least = kept[limit - 1]!.key;
  };
  for (const row of rows) {
    const own = key(row);
    // What comes later and is as large has no better place.
    if (own <= least) continue;
    kept.push({ row, key: own });
    if (kept.length >= 4 * limit) cut();
  }
  cut();
  return kept.map(({ row }) => row);
}
