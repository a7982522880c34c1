/** The matched calls of two traces, each with its counts, times and the difference as a bar. */
import { Switch } from '@mantine/core';
import { useState } from 'react';
import type { ComparedNode } from '../model/compare';
import { formatDuration } from '../model/duration';
import { ServiceName } from '../service-name';

export function CompareTable({ rows }: { rows: ComparedNode[] }) {
  const [only, setOnly] = useState(false);
  const most = rows.reduce((max, row) => Math.max(max, Math.abs(row.difference)), 1);
  const shown = only
    ? rows.filter((row) => row.a?.count !== row.b?.count || row.a?.failed !== row.b?.failed)
    : rows;
  return (
    <>
      <Switch
        size="xs"
        mb="xs"
        label="Only what only one has, or one has more often"
        checked={only}
        onChange={(event) => setOnly(event.currentTarget.checked)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section className="table-scroll" aria-label="Comparison" tabIndex={0}>
        <table className="compare-table">
          <thead>
            <tr>
              <th>Call</th>
              <th>A</th>
              <th>B</th>
              <th>B takes longer</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.key} data-only={row.a === undefined ? 'b' : row.b === undefined ? 'a' : undefined}>
                <th scope="row" style={{ paddingLeft: 6 + row.depth * 14 }}>
                  <ServiceName name={row.service} /> {row.operation}
                  {row.a === undefined && <em> only in B</em>}
                  {row.b === undefined && <em> only in A</em>}
                </th>
                <td>{sums(row.a)}</td>
                <td>{sums(row.b)}</td>
                <td className="difference">
                  <span
                    data-more={row.difference > 0 || undefined}
                    style={{ width: `${(Math.abs(row.difference) / most) * 50}%` }}
                  />
                  {row.difference > 0 && '+'}
                  {formatDuration(row.difference)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function sums(side: ComparedNode['a']): string {
  if (side === undefined) return '–';
  const failed = side.failed > 0 ? `, ${side.failed} failed` : '';
  return `${side.count} × ${formatDuration(side.total / side.count)}${failed}`;
}
