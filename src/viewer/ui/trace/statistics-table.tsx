/** Statistics of the trace's spans, grouped by operation, service or a tag, and again by another. */
import { Anchor, Group, NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { writeValue } from '../../api/query-language';
import { formatDuration } from '../model/duration';
import { type Span, type Trace, tagOf } from '../model/span';
import { type Statistic, statistics } from '../model/statistics';
import { type Column, SortableTable } from '../sortable-table';

interface StatisticsTableProps {
  trace: Trace;
  /** Finds the spans of a row in the timeline. */
  onFind: (query: string) => void;
}

/** With the query that finds its spans. */
type Row = Statistic & { query: string };

const BY_OPERATION = 'Service and operation';

export function StatisticsTable({ trace, onFind }: StatisticsTableProps) {
  const [by, setBy] = useState(BY_OPERATION);
  const [then, setThen] = useState('');
  const keys = useMemo(
    () => [...new Set(trace.spans.slice(0, 2000).flatMap((span) => span.tags.map((tag) => tag.key)))].sort(),
    [trace],
  );
  const list = useMemo(() => {
    const queries = new Map<string, string>();
    const rows = statistics(trace.spans, (span) => {
      const first = nameFor(by, span);
      const second = then === '' ? undefined : nameFor(then, span);
      if (first === undefined) return undefined;
      const name = second === undefined ? first : `${first}, ${second}`;
      if (!queries.has(name))
        queries.set(
          name,
          [queryFor(by, first), second !== undefined && queryFor(then, second)].filter(Boolean).join(' '),
        );
      return name;
    });
    return rows.map((row) => ({ ...row, query: queries.get(row.name)! }));
  }, [trace, by, then]);
  const time = (name: string, value: (item: Row) => number): Column<Row> => ({
    name,
    value,
    show: (item) => formatDuration(value(item)),
  });
  return (
    <>
      <Group my="xs">
        <NativeSelect
          size="xs"
          label="Group by"
          value={by}
          data={[BY_OPERATION, 'Service', ...keys]}
          onChange={(event) => setBy(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label="Then by"
          value={then}
          data={[{ value: '', label: '–' }, BY_OPERATION, 'Service', ...keys].filter((each) => each !== by)}
          onChange={(event) => setThen(event.currentTarget.value)}
        />
      </Group>
      <SortableTable
        label="Statistics"
        items={list}
        keyOf={(item) => item.name}
        sortedBy="Self time"
        columns={[
          {
            name: then === '' ? by : `${by}, ${then}`,
            value: (item) => item.name,
            show: (item) => (
              <Anchor component="button" type="button" size="sm" ta="left" onClick={() => onFind(item.query)}>
                {item.name}
              </Anchor>
            ),
          },
          { name: 'Count', value: (item) => item.count },
          { name: 'Errors', value: (item) => item.failed },
          time('Total', (item) => item.total),
          time('Self time', (item) => item.self),
          time('Average', (item) => item.average),
          time('P50', (item) => item.p50),
          time('P95', (item) => item.p95),
          time('Longest', (item) => item.max),
        ]}
      />
    </>
  );
}

function nameFor(by: string, span: Span): string | undefined {
  if (by === BY_OPERATION) return `${span.service}: ${span.operation}`;
  return by === 'Service' ? span.service : tagOf(span, by);
}

function queryFor(by: string, name: string): string {
  if (by === 'Service') return `service=${writeValue(name)}`;
  if (by !== BY_OPERATION) return `${by}=${writeValue(name)}`;
  const colon = name.indexOf(': ');
  return queryForOperation(name.slice(0, colon), name.slice(colon + 2));
}

export function queryForOperation(service: string, operation: string): string {
  return `service=${writeValue(service)} operation=${writeValue(operation)}`;
}
