/**
 * Counts, errors and percentiles by operation or service, and of who calls whom.
 * After a span's way: the page's tables and its map.
 */
import type { OperationStats, ServiceMap } from './api/answers';
import { idNumber } from './id-table';
import { OperationGroups } from './operation-groups';
import { eachSpan, type Search, TURN_MILLISECONDS } from './search';
import { ROOT, type Segment } from './segment';
import type { Store } from './store';
import { ERROR } from './tag-dictionary';

/** Exact up to so many durations; then every second one is kept, then every fourth, … */
const SAMPLE = 10_000;

type Where = Pick<Search, 'condition' | 'start' | 'end'>;

class Durations {
  count = 0;
  errors = 0;
  total = 0;
  max = 0;
  private kept: number[] = [];
  private every = 1;

  add(duration: number, failed: boolean): void {
    if (this.count++ % this.every === 0) this.kept.push(duration);
    if (this.kept.length > SAMPLE) {
      this.kept = this.kept.filter((_, index) => index % 2 === 0);
      this.every *= 2;
    }
    if (failed) this.errors++;
    this.total += duration;
    if (duration > this.max) this.max = duration;
  }

  /** The smallest duration that this part of all doesn't exceed. */
  percentiles(parts: number[]): number[] {
    const sorted = Float64Array.from(this.kept).sort();
    return parts.map((part) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0);
  }
}

/** @param whole counts all spans of the traces in which one matches, not only those that match */
export async function operationStats(
  store: Store,
  where: Where,
  byOperation: boolean,
  whole = false,
): Promise<OperationStats[]> {
  const groups = new OperationGroups(byOperation, (service, operation) => ({
    service,
    operation,
    durations: new Durations(),
  }));
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const visit = (each: Segment, row: number): void => {
    groups.of(each, row).durations.add(each.duration[row]!, (each.flags[row]! & ERROR) !== 0);
    const start = each.start[row]!;
    if (start < first) first = start;
    if (start > last) last = start;
  };
  if (whole) await eachTrace(store, where, (trace) => store.each(trace, visit));
  else await eachSpan(store, where, visit);
  // Below a second there is no rate to speak of.
  const seconds = Math.max(1, (last - first) / 1e6);
  return groups
    .all()
    .map(({ service, operation, durations }) => {
      const [p50, p95, p99] = durations.percentiles([0.5, 0.95, 0.99]) as [number, number, number];
      const { count, errors, max, total } = durations;
      const name = byOperation ? { operation } : {};
      return {
        service,
        ...name,
        count,
        errors,
        p50,
        p95,
        p99,
        max,
        avg: total / count,
        total,
        rate: count / seconds,
      };
    })
    .sort((a, b) => b.total - a.total);
}

/** Calls back for each trace in which a span matches. */
async function eachTrace(store: Store, where: Where, visit: (trace: number) => void): Promise<void> {
  const chosen = new Uint8Array(store.ids.end);
  const traces: number[] = [];
  await eachSpan(
    store,
    where,
    (segment, row) => {
      chosen[segment.trace[row]!] = 1;
      traces.push(segment.trace[row]!);
    },
    chosen,
  );
  let since = performance.now();
  for (const trace of traces) {
    if (performance.now() - since > TURN_MILLISECONDS) {
      await new Promise(setImmediate);
      since = performance.now();
    }
    // Some may have left meanwhile.
    if (store.has(trace)) visit(trace);
  }
}

/**
 * A link for each span whose parent is there, as in Jaeger: also of a service to itself.
 * @param now in microseconds: what lies behind it is no part of the time that rates are of
 */
export async function serviceMap(store: Store, where: Where, now = Date.now() * 1000): Promise<ServiceMap> {
  const nodes = new Map<string, Durations>();
  const edges = new Map<string, { parent: string; child: string; durations: Durations }>();
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  await eachTrace(store, where, (trace) => {
    const services = new Map<number, string>();
    store.each(trace, (segment, row) => {
      services.set(
        idNumber(segment.spanHigh[row]!, segment.spanLow[row]!),
        segment.origins[segment.origin[row]!]!.process.serviceName,
      );
    });
    store.each(trace, (segment, row) => {
      const child = segment.origins[segment.origin[row]!]!.process.serviceName;
      const start = segment.start[row]!;
      if (start < first) first = start;
      if (start > last) last = start;
      const failed = (segment.flags[row]! & ERROR) !== 0;
      const node = nodes.get(child) ?? new Durations();
      nodes.set(child, node);
      node.add(segment.duration[row]!, failed);
      const parent = services.get(idNumber(segment.parentHigh[row]!, segment.parentLow[row]!));
      if ((segment.flags[row]! & ROOT) !== 0 || parent === undefined) return;
      const key = JSON.stringify([parent, child]);
      const edge = edges.get(key) ?? { parent, child, durations: new Durations() };
      edges.set(key, edge);
      edge.durations.add(segment.duration[row]!, failed);
    });
  });
  // Of all that is held, there is no other time than from the first to the last.
  const asked = Math.min(where.end, now) - where.start;
  const seconds = Math.max(1, (Number.isFinite(asked) ? asked : last - first) / 1e6);
  const numbers = (durations: Durations) => {
    const [p50, p95] = durations.percentiles([0.5, 0.95]) as [number, number];
    const { count, errors } = durations;
    return { count, rate: count / seconds, errors, p50, p95 };
  };
  return {
    nodes: [...nodes].map(([service, durations]) => ({ service, ...numbers(durations) })),
    edges: [...edges.values()].map(({ parent, child, durations }) => ({
      parent,
      child,
      ...numbers(durations),
    })),
  };
}
