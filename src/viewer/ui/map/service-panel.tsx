/** A service's operations with rate, errors and latencies, and the way to their traces. */
import { Loader } from '@mantine/core';
import { writeValue } from '../../api/query-language';
import { askExtra } from '../api';
import { buildTrace } from '../model/build-trace';
import { formatDuration } from '../model/duration';
import { formatRate, formatShare } from '../model/rate';
import { emptyForm, rangeOf, secondsOf, writeForm } from '../model/search-form';
import { statistics } from '../model/statistics';
import { Notice } from '../notice';
import { Link } from '../routing';
import { searchTraces } from '../search-traces';
import { SortableTable } from '../sortable-table';
import { useAnswer } from '../use-answer';

interface OperationRow {
  operation: string;
  count: number;
  errors: number;
  p50: number;
  p95: number;
  max: number;
  /** All its spans together. */
  total: number;
}

export function ServicePanel({ service, lookback }: { service: string; lookback: string }) {
  const answer = useAnswer(`${service} ${lookback}`, (signal) => readOperations(service, lookback, signal));
  const seconds = secondsOf({ ...emptyForm(), lookback }, Date.now());
  const most = (answer.value ?? []).reduce((max, row) => Math.max(max, row.total), 1);
  const link = (operation: string, rest = {}) =>
    `search?${writeForm({ ...emptyForm(), service, operation, lookback, ...rest })}`;
  return (
    <section aria-label={`Operations of ${service}`}>
      <h2>{service}</h2>
      {answer.loading && !answer.value && <Loader size="sm" aria-label="Loading the operations" />}
      {answer.error && (
        <Notice failed title="The operations could not be read" onAgain={answer.again}>
          {answer.error.message}
        </Notice>
      )}
      {answer.value && (
        <SortableTable
          label="Operations"
          items={answer.value}
          keyOf={(row) => row.operation}
          sortedBy="P95"
          columns={[
            {
              name: 'Operation',
              value: (row: OperationRow) => row.operation,
              show: (row) => <Link to={link(row.operation)}>{row.operation}</Link>,
            },
            { name: 'Spans', value: (row) => row.count },
            { name: 'Rate', value: (row) => row.count, show: (row) => formatRate(row.count / seconds) },
            {
              name: 'Errors',
              value: (row) => row.errors / Math.max(1, row.count),
              show: (row) =>
                row.errors === 0 ? (
                  '0 %'
                ) : (
                  <Link to={link(row.operation, { errors: true })}>{formatShare(row.errors, row.count)}</Link>
                ),
            },
            { name: 'P50', value: (row) => row.p50, show: (row) => formatDuration(row.p50) },
            { name: 'P95', value: (row) => row.p95, show: (row) => formatDuration(row.p95) },
            { name: 'Longest', value: (row) => row.max, show: (row) => formatDuration(row.max) },
            {
              name: 'Impact',
              value: (row) => row.total,
              show: (row) => <Impact part={row.total / most} time={row.total} />,
            },
          ]}
        />
      )}
    </section>
  );
}

/** How much of all time spent in the service is this operation's: where faster code would be felt. */
function Impact({ part, time }: { part: number; time: number }) {
  return (
    <span className="impact" title={`${formatDuration(time)} in all`}>
      <span style={{ width: `${part * 100}%` }} />
      <span className="unseen">{formatDuration(time)}</span>
    </span>
  );
}

async function readOperations(
  service: string,
  lookback: string,
  signal: AbortSignal,
): Promise<OperationRow[]> {
  const form = { ...emptyForm(), lookback, service, limit: 200 };
  const { start, end } = rangeOf(form, Date.now());
  const own = await askExtra<{ data: OperationRow[] }>(
    'stats',
    { q: `service=${writeValue(service)}`, start, end, groupBy: 'operation' },
    { signal },
  );
  if (own !== undefined) return own.data;
  const { traces } = await searchTraces(form, signal);
  const spans = traces.flatMap((each) => (each.trace ? buildTrace(each.trace).spans : []));
  return statistics(spans, (span) => (span.service === service ? span.operation : undefined)).map(
    ({ name, count, failed, ...times }) => ({ operation: name, count, errors: failed, ...times }),
  );
}
