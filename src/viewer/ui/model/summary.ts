/** One line of the list of traces: as the viewer's search gives it, or made from a whole trace of plain Jaeger. */
import type { Sort, TraceSummary as Summary } from '../../api/answers';
import { buildTrace } from './build-trace';
import type { ApiTrace } from './jaeger-trace';
import type { Trace } from './span';

/** With the whole trace, where the search asked for it. */
export interface TraceSummary extends Summary {
  trace?: ApiTrace;
}

export function summaryOf(
  data: ApiTrace,
  trace: Trace = buildTrace(data),
  matches: string[] = [],
): TraceSummary {
  const root = trace.roots.find((span) => span.missingParent === undefined);
  const first = root ?? trace.roots[0];
  return {
    traceID: trace.id,
    rootService: first?.service ?? '',
    rootOperation: first?.operation ?? '',
    hasRoot: root !== undefined,
    startTime: trace.startTime,
    duration: trace.duration,
    spans: trace.spans.length,
    errors: trace.failed,
    orphans: trace.roots.filter((span) => span.missingParent !== undefined).length,
    services: trace.services.map(({ name, spans, failed }) => ({ name, spans, errors: failed })),
    matches,
    version: trace.spans.length,
    trace: data,
  };
}

/** The most of it first; of equals the newest. */
export function sortSummaries(list: TraceSummary[], order: Sort): TraceSummary[] {
  const value = (each: TraceSummary) => (order === 'start' ? each.startTime : each[order]);
  return [...list].sort((a, b) => value(b) - value(a) || b.startTime - a.startTime);
}

/** Live changes put into a list: a known trace is replaced unless what is here is newer. */
export function mergeSummaries(
  list: TraceSummary[],
  changed: TraceSummary[],
  evicted: string[] = [],
): TraceSummary[] {
  const byId = new Map(list.map((each) => [each.traceID, each]));
  for (const each of changed) {
    const known = byId.get(each.traceID);
    if (known === undefined || known.version <= each.version) byId.set(each.traceID, each);
  }
  for (const id of evicted) byId.delete(id);
  return [...byId.values()];
}
