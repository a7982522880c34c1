/** Reads a set of traces: what a search finds, with all operations of its traces. */
import { MOST_TRACES, type OperationStats } from '../../api/answers';
import { askExtra } from '../api';
import { buildTrace } from '../model/build-trace';
import type { SetOperation, TraceSet } from '../model/compare-sets';
import { queryOf, rangeOf, type SearchForm } from '../model/search-form';
import { statistics } from '../model/statistics';
import { searchTraces } from '../search-traces';

/** Plain Jaeger gives whole traces. */
const MOST_PLAIN = 200;

export async function readSet(form: SearchForm, signal: AbortSignal): Promise<TraceSet> {
  const { start, end } = rangeOf(form, Date.now());
  const own = await askExtra<{ data: OperationStats[] }>(
    'stats',
    { q: queryOf(form), start, end, groupBy: 'operation', whole: 1 },
    { signal },
  );
  const limit = own === undefined ? MOST_PLAIN : MOST_TRACES;
  const { traces, total } = await searchTraces({ ...form, limit, sort: 'start', columns: [] }, signal);
  const operations: SetOperation[] =
    own?.data.map(({ operation = '', ...rest }) => ({ operation, ...rest })) ??
    plainOperations(traces.flatMap((each) => (each.trace ? buildTrace(each.trace).spans : [])));
  return {
    durations: traces.map(({ duration }) => duration),
    failed: traces.filter(({ errors }) => errors > 0).length,
    cut: total > traces.length || traces.length === limit,
    operations,
  };
}

function plainOperations(spans: Parameters<typeof statistics>[0]): SetOperation[] {
  return statistics(spans, (span) => JSON.stringify([span.service, span.operation])).map(
    ({ name, count, failed, p50, p95 }) => {
      const [service, operation] = JSON.parse(name) as [string, string];
      return { service, operation, count, errors: failed, p50, p95 };
    },
  );
}
