/** A service's operations with latencies, rate, errors and impact, and the way to their traces. */
import { formatDuration } from '../model/duration';
import { formatRate, formatShare } from '../model/rate';
import { emptyForm, writeForm } from '../model/search-form';
import { Link } from '../routing';
import { SortableTable } from '../sortable-table';
import type { OperationMetrics } from './read-metrics';

interface OperationsTableProps {
  service: string;
  kind: string;
  lookback: string;
  operations: OperationMetrics[];
}

export function OperationsTable({ service, kind, lookback, operations }: OperationsTableProps) {
  const impact = ({ p95, rate }: OperationMetrics) => (Number.isNaN(p95) ? 0 : p95 * rate);
  const most = operations.reduce((max, each) => Math.max(max, impact(each)), 1e-9);
  const query = kind === 'unspecified' ? '' : `kind=${kind}`;
  const link = (operation: string, errors = false) =>
    `search?${writeForm({ ...emptyForm(), service, operation, lookback, query, errors })}`;
  const latency = (name: string, key: 'p50' | 'p75' | 'p95') => ({
    name,
    value: (each: OperationMetrics) => each[key],
    show: (each: OperationMetrics) => formatDuration(each[key]),
  });
  return (
    <section aria-label={`Operations of ${service}`}>
      <h2>Operations</h2>
      <SortableTable
        label="Operations"
        items={operations}
        keyOf={(each) => each.operation}
        sortedBy="Impact"
        columns={[
          {
            name: 'Operation',
            value: (each: OperationMetrics) => each.operation,
            show: (each) => <Link to={link(each.operation)}>{each.operation}</Link>,
          },
          latency('P50', 'p50'),
          latency('P75', 'p75'),
          latency('P95', 'p95'),
          { name: 'Rate', value: (each) => each.rate, show: (each) => formatRate(each.rate) },
          {
            name: 'Errors',
            value: (each) => each.errors,
            show: (each) =>
              each.errors > 0 ? (
                <Link to={link(each.operation, true)}>{formatShare(each.errors, 1)}</Link>
              ) : (
                '0 %'
              ),
          },
          {
            name: 'Impact',
            value: impact,
            show: (each) => (
              <span className="impact" title="P95 times rate, beside the largest">
                <span style={{ width: `${(impact(each) / most) * 100}%` }} />
                <span className="unseen">{formatShare(impact(each) / most, 1)}</span>
              </span>
            ),
          },
        ]}
      />
    </section>
  );
}
