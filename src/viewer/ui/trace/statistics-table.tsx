/** Statistics of the trace's spans, grouped by operation, service or a tag. */
import { Anchor, Group, NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { formatDuration } from '../model/duration';
import { writeValue } from '../model/query';
import { type Span, type Trace, tagOf } from '../model/span';
import { type Statistic, statistics } from '../model/statistics';
import { type Column, SortableTable } from '../sortable-table';

interface StatisticsTableProps {
  trace: Trace;
  /** Finds the spans of a row in the timeline. */
  onFind: (query: string) => void;
}

const BY_OPERATION = 'Service and operation';

export function StatisticsTable({ trace, onFind }: StatisticsTableProps) {
  const [by, setBy] = useState(BY_OPERATION);
  const keys = useMemo(
    () => [...new Set(trace.spans.slice(0, 2000).flatMap((span) => span.tags.map((tag) => tag.key)))].sort(),
    [trace],
  );
  const list = useMemo(() => statistics(trace.spans, (span) => nameFor(by, span)), [trace, by]);
  const time = (name: string, value: (item: Statistic) => number): Column<Statistic> => ({
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
      </Group>
      <SortableTable
        label="Statistics"
        items={list}
        keyOf={(item) => item.name}
        sortedBy="Self time"
        columns={[
          {
            name: by,
            value: (item) => item.name,
            show: (item) => (
              <Anchor
                component="button"
                type="button"
                size="sm"
                ta="left"
                onClick={() => onFind(queryFor(by, item.name))}
              >
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
  return `service=${writeValue(name.slice(0, colon))} operation=${writeValue(name.slice(colon + 2))}`;
}
