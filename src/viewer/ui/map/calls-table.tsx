/** Who calls whom, as a table: the map's lines with rate, errors and latencies, each with the way to its traces. */
import type { ServiceMap } from '../../api/answers';
import { writeValue } from '../../api/query-language';
import { formatDuration } from '../model/duration';
import { formatRate, formatShare } from '../model/rate';
import { emptyForm, writeForm } from '../model/search-form';
import type { MapEdge } from '../model/service-map';
import { Link } from '../routing';
import { ServiceName } from '../service-name';
import { SortableTable } from '../sortable-table';

/** Traces in which the callee answered somebody, and the caller took part. */
export function callsLink({ parent, child }: MapEdge, lookback: string, errors = false): string {
  const query = `trace.service=${writeValue(parent)}`;
  return `search?${writeForm({ ...emptyForm(), service: child, query, lookback, errors })}`;
}

export function CallsTable({ map, lookback }: { map: ServiceMap; lookback: string }) {
  const edges = map.edges.filter((edge) => edge.parent !== edge.child);
  if (edges.length === 0) return null;
  return (
    <section className="map-calls">
      <h2>Calls between services</h2>
      <SortableTable
        label="Calls between services"
        items={edges}
        keyOf={(edge) => `${edge.parent}\n${edge.child}`}
        sortedBy="Rate"
        columns={[
          {
            name: 'From',
            value: (edge: MapEdge) => edge.parent,
            show: (edge) => <ServiceName name={edge.parent} />,
          },
          { name: 'To', value: (edge) => edge.child, show: (edge) => <ServiceName name={edge.child} /> },
          {
            name: 'Calls',
            value: (edge) => edge.count,
            show: (edge) => <Link to={callsLink(edge, lookback)}>{edge.count.toLocaleString('en')}</Link>,
          },
          { name: 'Rate', value: (edge) => edge.rate, show: (edge) => formatRate(edge.rate) },
          {
            name: 'Errors',
            value: (edge) => edge.errors / Math.max(1, edge.count),
            show: (edge) =>
              edge.errors === 0 ? (
                '0 %'
              ) : (
                <Link to={callsLink(edge, lookback, true)}>{formatShare(edge.errors, edge.count)}</Link>
              ),
          },
          { name: 'P50', value: (edge) => edge.p50, show: (edge) => formatDuration(edge.p50) },
          { name: 'P95', value: (edge) => edge.p95, show: (edge) => formatDuration(edge.p95) },
        ]}
      />
    </section>
  );
}
