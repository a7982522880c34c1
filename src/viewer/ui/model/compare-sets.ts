/** Two sets of traces side by side: how their durations are spread, and what their operations cost. */
import type { OperationStats } from '../../api/answers';
import { percentile } from './statistics';

/** What is known of a set: its traces, and all spans of theirs by operation. */
export interface TraceSet {
  /** Microseconds. */
  durations: number[];
  failed: number;
  /** More were found than are here. */
  cut: boolean;
  operations: SetOperation[];
}

export type SetOperation = Pick<OperationStats, 'service' | 'count' | 'errors' | 'p50' | 'p95'> & {
  operation: string;
};

export interface SetFact {
  name: string;
  a: number;
  b: number;
  unit: 'count' | 'duration' | 'share';
}

export function compareFacts(a: TraceSet, b: TraceSet): SetFact[] {
  const sorted = [a, b].map(({ durations }) => [...durations].sort((x, y) => x - y)) as [number[], number[]];
  const at = (part: number) => ({ a: percentile(sorted[0], part), b: percentile(sorted[1], part) });
  const failed = ({ failed: some, durations }: TraceSet) => some / Math.max(1, durations.length);
  return [
    { name: 'Traces', a: a.durations.length, b: b.durations.length, unit: 'count' },
    { name: 'With errors', a: failed(a), b: failed(b), unit: 'share' },
    { name: 'P50', ...at(0.5), unit: 'duration' },
    { name: 'P75', ...at(0.75), unit: 'duration' },
    { name: 'P95', ...at(0.95), unit: 'duration' },
    { name: 'P99', ...at(0.99), unit: 'duration' },
    { name: 'Longest', ...at(1), unit: 'duration' },
  ];
}

interface Spread {
  /** The middle of each bin, in microseconds. */
  at: number[];
  /** The part of the set's traces in each bin. */
  a: number[];
  b: number[];
}

const BINS = 24;

/** Bins of equal width on a logarithmic scale, the same for both sets. */
export function spreadOf(a: number[], b: number[]): Spread {
  const all = [...a, ...b].map((each) => Math.log(Math.max(1, each)));
  const from = all.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  const to = all.reduce((most, each) => Math.max(most, each), from);
  // All alike: one bin in the middle.
  const width = (to - from || 1) / (BINS - 1);
  const parts = (set: number[]) => {
    const counts = new Array<number>(BINS).fill(0);
    for (const each of set) {
      const bin = Math.round((Math.log(Math.max(1, each)) - from) / width);
      counts[Math.min(BINS - 1, bin)]! += 1 / set.length;
    }
    return counts;
  };
  const at = Array.from({ length: BINS }, (_, bin) => Math.exp(from + bin * width));
  return { at, a: parts(a), b: parts(b) };
}

export interface ComparedOperation {
  service: string;
  operation: string;
  a: SetOperation | undefined;
  b: SetOperation | undefined;
  /** Microseconds by which its P95 is longer in `b`; 0 where only one has it. */
  longer: number;
}

export function compareOperations(a: TraceSet, b: TraceSet): ComparedOperation[] {
  const nameOf = (each: SetOperation) => JSON.stringify([each.service, each.operation]);
  const rest = new Map(b.operations.map((each) => [nameOf(each), each]));
  const rows = a.operations.map((one): ComparedOperation => {
    const other = rest.get(nameOf(one));
    rest.delete(nameOf(one));
    const { service, operation } = one;
    return { service, operation, a: one, b: other, longer: other === undefined ? 0 : other.p95 - one.p95 };
  });
  for (const other of rest.values()) {
    const { service, operation } = other;
    rows.push({ service, operation, a: undefined, b: other, longer: 0 });
  }
  return rows;
}
