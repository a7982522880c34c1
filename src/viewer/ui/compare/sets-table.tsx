/** The operations of two sets of traces: how many spans, how long, how many errors, in each. */
import type { ReactNode } from 'react';
import type { ComparedOperation, SetOperation } from '../model/compare-sets';
import { formatDuration } from '../model/duration';
import { formatShare } from '../model/rate';
import { ServiceName } from '../service-name';
import { type Column, SortableTable } from '../sortable-table';

export function SetsTable({ rows }: { rows: ComparedOperation[] }) {
  return (
    <section>
      <h2>Operations of their traces</h2>
      <SortableTable
        label="Operations of both sets"
        items={rows}
        keyOf={(row) => JSON.stringify([row.service, row.operation])}
        sortedBy="P95, B − A"
        columns={[
          {
            name: 'Operation',
            value: (row: ComparedOperation) => `${row.service} ${row.operation}`,
            show: (row) => (
              <>
                <ServiceName name={row.service} /> {row.operation}
                {row.a === undefined && <em> only in B</em>}
                {row.b === undefined && <em> only in A</em>}
              </>
            ),
          },
          ...both(
            'Spans',
            (each) => each.count,
            (each) => each.count.toLocaleString('en'),
          ),
          ...both(
            'P50',
            (each) => each.p50,
            (each) => formatDuration(each.p50),
          ),
          ...both(
            'P95',
            (each) => each.p95,
            (each) => formatDuration(each.p95),
          ),
          {
            name: 'P95, B − A',
            value: (row) => row.longer,
            show: (row) =>
              row.a === undefined || row.b === undefined ? (
                '–'
              ) : (
                <strong>{`${row.longer > 0 ? '+' : ''}${formatDuration(row.longer)}`}</strong>
              ),
          },
          ...both(
            'Errors',
            (each) => each.errors / Math.max(1, each.count),
            (each) => formatShare(each.errors, each.count),
          ),
        ]}
      />
    </section>
  );
}

/** A column for each set. */
function both(
  name: string,
  value: (each: SetOperation) => number,
  show: (each: SetOperation) => ReactNode,
): Column<ComparedOperation>[] {
  return (['a', 'b'] as const).map((side) => ({
    name: `${name} ${side.toUpperCase()}`,
    value: (row) => (row[side] === undefined ? -1 : value(row[side])),
    show: (row) => (row[side] === undefined ? '–' : show(row[side])),
  }));
}
