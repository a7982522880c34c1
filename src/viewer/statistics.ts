/**
 * Counts, errors and percentiles by operation or service, who calls whom, and which tags there are.
 * After a span's way: the page's tables, its map and its autocomplete.
 */
import type { OperationStats, ServiceMap, TagAnswer } from './api/answers';
import { FIELDS } from './api/query-language';
import { eachSpan, type Search } from './search';
import { GONE, ROOT, type Segment } from './segment';
import type { Store } from './store';
import { ERROR, KINDS } from './tag-dictionary';

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
  const groups = new Map<string, { service: string; operation: string; durations: Durations }>();
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  // Names are compared once for each segment and operation, not for each span.
  const ofSegments = new Map<Segment, Map<number, Durations>>();
  let segment: Segment | undefined;
  let known = new Map<number, Durations>();
  const visit = (each: Segment, row: number): void => {
    if (each !== segment) {
      segment = each;
      known = ofSegments.get(each) ?? new Map();
      ofSegments.set(each, known);
    }
    const name = byOperation ? each.name[row]! : 0;
    const key = name * 65_536 + each.origin[row]!;
    let durations = known.get(key);
    if (durations === undefined) {
      const service = each.origins[each.origin[row]!]!.process.serviceName;
      const operation = byOperation ? each.names.text(name) : '';
      const id = JSON.stringify([service, operation]);
      const group = groups.get(id) ?? { service, operation, durations: new Durations() };
      groups.set(id, group);
      durations = group.durations;
      known.set(key, durations);
    }
    durations.add(each.duration[row]!, (each.flags[row]! & ERROR) !== 0);
    const start = each.start[row]!;
    if (start < first) first = start;
    if (start > last) last = start;
  };
  if (whole) await eachTrace(store, where, (trace) => store.each(trace, visit));
  else await eachSpan(store, where, visit);
  // Below a second there is no rate to speak of.
  const seconds = Math.max(1, (last - first) / 1e6);
  return [...groups.values()]
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
    if (performance.now() - since > 4) {
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

/** 53 bits of an id tell the spans of one trace apart. */
export function idNumber(high: number, low: number): number {
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

export function services(store: Store): string[] {
  const found = new Set<string>();
  for (const segment of store.segments) {
    if (segment.live === 0) continue;
    for (const { process } of segment.origins) found.add(process.serviceName);
  }
  return [...found].filter((name) => name !== '').sort();
}

interface Operation {
  name: string;
  spanKind: string;
}

/** By name, then kind. */
export async function operations(store: Store, service: string, kind: string): Promise<Operation[]> {
  const found = new Map<string, Operation>();
  const condition = { kind: 'term', field: 'service', operator: '=', value: service } as const;
  let segment: Segment | undefined;
  let known = new Set<number>();
  await eachSpan(
    store,
    { condition, start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
    (each, row) => {
      if (each !== segment) {
        segment = each;
        known = new Set();
      }
      const number = each.name[row]! * KINDS.length + ((each.flags[row]! >> 1) & 7);
      if (known.has(number)) return;
      known.add(number);
      const operation = {
        name: each.names.text(each.name[row]!),
        spanKind: KINDS[(each.flags[row]! >> 1) & 7] ?? '',
      };
      if (kind === '' || kind === operation.spanKind) found.set(JSON.stringify(operation), operation);
    },
  );
  return [...found.values()].sort((a, b) => compare(a.name, b.name) || compare(a.spanKind, b.spanKind));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Autocomplete must not hold up what is typed, nor packets. */
const TAGS_MILLISECONDS = 20;
const TYPE_NAMES = ['string', 'float64', 'bool', 'int64', 'binary'];

/** From the newest spans, as far as the time reaches. */
export function tags(
  store: Store,
  asked: { key: string; service: string; prefix: string; limit: number },
): TagAnswer {
  const counts = new Map<string, { type: string; count: number }>();
  const { key, service } = asked;
  const prefix = asked.prefix.toLowerCase();
  const add = (text: string, type: string) => {
    const known = counts.get(text);
    if (known !== undefined) known.count++;
    else if (text.toLowerCase().includes(prefix)) counts.set(text, { type, count: 1 });
  };
  const deadline = performance.now() + TAGS_MILLISECONDS;
  let complete = true;
  search: for (const segment of [...store.segments].reverse()) {
    const { tags: dictionary } = segment;
    for (let row = segment.count - 1; row >= 0; row--) {
      if (segment.trace[row] === GONE) continue;
      if (row % 64 === 0 && performance.now() > deadline) {
        complete = false;
        break search;
      }
      const { process } = segment.origins[segment.origin[row]!]!;
      if (service !== '' && process.serviceName !== service) continue;
      if (key === 'service') add(process.serviceName, '');
      else if (key === 'operation' || key === 'name') add(segment.names.text(segment.name[row]!), '');
      else if (key === 'kind') add(KINDS[(segment.flags[row]! >> 1) & 7] ?? '', '');
      else if (key === 'error') add((segment.flags[row]! & ERROR) === 0 ? 'false' : 'true', '');
      else {
        for (let index = segment.tagStart[row]!; index < segment.tagStart[row + 1]!; index++) {
          const tag = segment.tagList[index]!;
          const name = dictionary.keys[dictionary.key[tag]!]!;
          if (key === '') add(name, TYPE_NAMES[dictionary.type[tag]!]!);
          else if (key === name) add(dictionary.text(tag), '');
        }
        for (const each of process.tags) {
          if (key === '') add(each.key, TYPE_NAMES[each.type]!);
          else if (key === each.key) add(String(each.value), '');
        }
      }
    }
  }
  const sorted = [...counts].sort(([a, one], [b, other]) => other.count - one.count || compare(a, b));
  if (key !== '')
    return { data: sorted.slice(0, asked.limit).map(([value, { count }]) => ({ value, count })), complete };
  const fields = FIELDS.filter((field) => field.toLowerCase().includes(prefix)).map((field) => ({
    key: field as string,
    type: 'field',
    count: 0,
  }));
  const keys = sorted.map(([name, { type, count }]) => ({ key: name, type, count }));
  return { data: [...fields, ...keys].slice(0, asked.limit), complete };
}
