/**
 * Latencies, rates of calls and shares of errors over time, by service or operation, from the spans that are held.
 * After a span's way: what Jaeger asks Prometheus for, and its page's “Monitor” draws.
 */
import type { Condition } from './api/query-language';
import { compareTexts } from './jaeger-trace';
import { OperationGroups } from './operation-groups';
import { eachSpan, TURN_MILLISECONDS } from './search';
import { term } from './search-parameters';
import type { Store } from './store';
import { ERROR, kindOf } from './tag-dictionary';

export const METRICS = ['latencies', 'calls', 'errors'] as const;
export type Metric = (typeof METRICS)[number];

/** Times in microseconds. */
export interface MetricsQuery {
  metric: Metric;
  services: readonly string[];
  /** Numbers of `KINDS`. */
  kinds: ReadonlySet<number>;
  byOperation: boolean;
  /** The first moment; then one every `step`. */
  from: number;
  step: number;
  points: number;
  /** How much of the time before a moment counts for it. */
  window: number;
  /** Of latencies: from 0 to 1. */
  quantile: number;
}

export interface Series {
  service: string;
  /** Empty unless by operation. */
  operation: string;
  /** One for each moment; NaN where nothing was called, which has neither latency nor share of errors. */
  values: Float64Array;
}

/** A look at the clock for each span would cost more than the span. */
const STEPS_BETWEEN_LOOKS = 2048;

interface Group {
  service: string;
  operation: string;
  calls: Float64Array;
  errors: Float64Array;
  /** Of latencies: each span's duration, the first moment for which it counts, and the first for which it doesn't. */
  durations: number[];
  first: number[];
  after: number[];
}

export async function serviceMetrics(store: Store, query: MetricsQuery): Promise<Series[]> {
  const groups = await grouped(store, query);
  const series: Series[] = [];
  const seconds = query.window / 1e6;
  for (const { service, operation, ...group } of groups) {
    let values: Float64Array;
    if (query.metric === 'latencies') values = await quantiles(group, query);
    else {
      const calls = summed(group.calls);
      if (query.metric === 'calls') values = calls.map((count) => count / seconds);
      else values = summed(group.errors).map((failed, point) => failed / calls[point]!);
    }
    series.push({ service, operation, values });
  }
  return series.sort((a, b) => compareTexts(a.service, b.service) || compareTexts(a.operation, b.operation));
}

async function grouped(store: Store, query: MetricsQuery): Promise<Group[]> {
  const { from, step, points, window, byOperation, kinds } = query;
  const groups = new OperationGroups(byOperation, (service, operation) =>
    emptyGroup(service, operation, points),
  );
  const of = query.services.map((service): Condition => term('service', '=', service));
  const condition: Condition = { kind: 'or', of };
  const last = from + (points - 1) * step;
  await eachSpan(store, { condition, start: from - window, end: last }, (each, row) => {
    if (!kinds.has(kindOf(each.flags[row]!))) return;
    const start = each.start[row]!;
    const first = Math.max(0, Math.ceil((start - from) / step));
    const after = Math.min(points, Math.ceil((start + window - from) / step));
    if (first >= after) return;
    const group = groups.of(each, row);
    if (query.metric === 'latencies') {
      group.durations.push(each.duration[row]!);
      group.first.push(first);
      group.after.push(after);
      return;
    }
    group.calls[first]!++;
    group.calls[after]!--;
    if ((each.flags[row]! & ERROR) === 0) return;
    group.errors[first]!++;
    group.errors[after]!--;
  });
  return groups.all();
}

function emptyGroup(service: string, operation: string, points: number): Group {
  const differences = () => new Float64Array(points + 1);
  return {
    service,
    operation,
    calls: differences(),
    errors: differences(),
    durations: [],
    first: [],
    after: [],
  };
}

/** Of differences from moment to moment, the counts; the last says only what ended behind them all. */
function summed(differences: Float64Array): Float64Array {
  let sum = 0;
  return differences.subarray(0, -1).map((difference) => {
    sum += difference;
    return sum;
  });
}

/** In milliseconds, as Jaeger's page reads them. */
async function quantiles(
  { durations, first, after }: Pick<Group, 'durations' | 'first' | 'after'>,
  { points, quantile }: MetricsQuery,
): Promise<Float64Array> {
  const entering = chains(first, points);
  const leaving = chains(after, points);
  const within = new RankedDurations();
  const values = new Float64Array(points);
  let steps = 0;
  let since = performance.now();
  for (let point = 0; point < points; point++) {
    for (const [chain, by] of [
      [entering, 1],
      [leaving, -1],
    ] as const) {
      for (let span = chain.head[point]!; span >= 0; span = chain.next[span]!) {
        within.add(durations[span]!, by);
        if (++steps % STEPS_BETWEEN_LOOKS !== 0 || performance.now() - since < TURN_MILLISECONDS) continue;
        await new Promise(setImmediate);
        since = performance.now();
      }
    }
    values[point] = within.quantile(quantile) / 1000;
  }
  return values;
}

/** The spans of each moment, as a list through `next`. */
function chains(moments: readonly number[], points: number): { head: Int32Array; next: Int32Array } {
  const head = new Int32Array(points + 1).fill(-1);
  const next = new Int32Array(moments.length);
  for (let span = 0; span < moments.length; span++) {
    const moment = moments[span]!;
    next[span] = head[moment]!;
    head[moment] = span;
  }
  return { head, next };
}

/** Below, each microsecond has a place of its own; above, 2,048 places for each doubling: closer than 0.05 %. */
const PLACES = 2048;
const ALL_PLACES = 2 ** 17;

/** Durations that come and go, with the one at any rank: a tree of sums (Fenwick's) over their places. */
class RankedDurations {
  private count = 0;
  private readonly sums = new Int32Array(ALL_PLACES + 1);

  add(duration: number, by: 1 | -1): void {
    this.count += by;
    for (let at = placeOf(duration) + 1; at <= ALL_PLACES; at += at & -at) this.sums[at]! += by;
  }

  /** The smallest that this part of all doesn't exceed; NaN of none. */
  quantile(part: number): number {
    if (this.count === 0) return Number.NaN;
    let before = Math.max(1, Math.ceil(part * this.count));
    let place = 0;
    for (let half = ALL_PLACES; half >= 1; half /= 2) {
      if (place + half > ALL_PLACES || this.sums[place + half]! >= before) continue;
      place += half;
      before -= this.sums[place]!;
    }
    return durationAt(place);
  }
}

function placeOf(duration: number): number {
  if (duration < 2 * PLACES) return Math.max(0, Math.trunc(duration));
  const shift = Math.floor(Math.log2(duration)) - 11;
  return PLACES * shift + Math.floor(duration / 2 ** shift);
}

function durationAt(place: number): number {
  if (place < 2 * PLACES) return place;
  const shift = Math.floor(place / PLACES) - 1;
  return (place - PLACES * shift + 0.5) * 2 ** shift;
}
