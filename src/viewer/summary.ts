/**
 * One line of the page's list for a trace, from the store's columns alone.
 * After a span's way: what a search answers and what is pushed live.
 */
import type { TraceSummary } from './api/answers';
import type { Checker } from './condition-check';
import { idNumber } from './id-table';
import { matchesOf } from './search';
import { ROOT } from './segment';
import type { Store } from './store';
import { ERROR } from './tag-dictionary';

/** Enough to point at; the trace's own page finds the others. */
const MAX_MATCHES = 100;

export function summarize(store: Store, trace: number, checker: Checker): TraceSummary {
  const services = new Map<string, { name: string; spans: number; errors: number }>();
  let root = store.root[trace]!;
  let earliest = Number.POSITIVE_INFINITY;
  const hasRoot = root >= 0;
  const ids = new Set<number>();
  store.each(trace, (segment, row) => {
    const name = segment.origins[segment.origin[row]!]!.process.serviceName;
    let service = services.get(name);
    if (service === undefined) {
      service = { name, spans: 0, errors: 0 };
      services.set(name, service);
    }
    service.spans++;
    if ((segment.flags[row]! & ERROR) !== 0) service.errors++;
    if (!hasRoot && segment.start[row]! < earliest) {
      earliest = segment.start[row]!;
      root = store.numberOf(segment, row);
    }
    ids.add(idNumber(segment.spanHigh[row]!, segment.spanLow[row]!));
  });
  let orphans = 0;
  store.each(trace, (segment, row) => {
    if ((segment.flags[row]! & ROOT) !== 0) return;
    if (!ids.has(idNumber(segment.parentHigh[row]!, segment.parentLow[row]!))) orphans++;
  });
  const first = store.segmentOf(root);
  const row = store.rowOf(root);
  return {
    traceID: store.ids.hex(trace),
    rootService: first.origins[first.origin[row]!]!.process.serviceName,
    rootOperation: first.names.text(first.name[row]!),
    hasRoot,
    startTime: store.firstStart[trace]!,
    duration: store.lastEnd[trace]! - store.firstStart[trace]!,
    spans: store.count[trace]!,
    errors: store.errors[trace]!,
    orphans,
    services: [...services.values()].sort((a, b) => b.spans - a.spans),
    matches: matchesOf(store, trace, checker, MAX_MATCHES),
    version: store.version[trace]!,
  };
}
