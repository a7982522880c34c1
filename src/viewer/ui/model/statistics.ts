/** Statistics of a trace's spans by operation, service or a tag: count, sum, self time, percentiles, errors. */
import { selfTime } from './intervals';
import type { Span } from './span';

export interface Statistic {
  name: string;
  count: number;
  failed: number;
  total: number;
  self: number;
  average: number;
  p50: number;
  p95: number;
  max: number;
}

/** @param nameOf the group that a span belongs to; undefined leaves it out */
export function statistics(spans: Span[], nameOf: (span: Span) => string | undefined): Statistic[] {
  const groups = new Map<string, Span[]>();
  for (const span of spans) {
    const name = nameOf(span);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [span]);
    else group.push(span);
  }
  return [...groups].map(([name, members]) => statistic(name, members));
}

function statistic(name: string, members: Span[]): Statistic {
  const durations = members.map((span) => span.duration).sort((a, b) => a - b);
  const total = durations.reduce((sum, each) => sum + each, 0);
  return {
    name,
    count: members.length,
    failed: members.filter((span) => span.failed).length,
    total,
    self: members.reduce((sum, span) => sum + selfTime(span), 0),
    average: total / members.length,
    p50: percentile(durations, 0.5),
    p95: percentile(durations, 0.95),
    max: durations.at(-1) ?? 0,
  };
}

/** Nearest rank of sorted numbers; 0 of none. */
export function percentile(sorted: number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
