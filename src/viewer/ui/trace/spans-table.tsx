/** The spans as a table, and all events of the trace in the order of time. */
import { Anchor, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { formatDuration } from '../model/duration';
import type { Span, SpanLog, Trace } from '../model/span';
import { SortableTable } from '../sortable-table';

interface SpansTableProps {
  trace: Trace;
  onShow: (span: Span) => void;
}

export function SpansTable({ trace, onShow }: SpansTableProps) {
  const [what, setWhat] = useState('Spans');
  const name = (span: Span) => (
    <Anchor component="button" type="button" size="sm" ta="left" onClick={() => onShow(span)}>
      {span.operation}
    </Anchor>
  );
  const events = trace.spans.flatMap((span) =>
    span.logs.map((log, i) => ({ span, log, key: `${span.key} ${i}` })),
  );
  return (
    <>
      <SegmentedControl
        size="xs"
        my="xs"
        data={['Spans', 'Events']}
        value={what}
        onChange={setWhat}
        aria-label="Table of"
      />
      {what === 'Spans' ? (
        <SortableTable
          label="Spans"
          items={trace.spans}
          keyOf={(span) => span.key}
          sortedBy="Duration"
          columns={[
            { name: 'Service', value: (span) => span.service },
            { name: 'Operation', value: (span) => span.operation, show: name },
            { name: 'Start', value: (span) => -span.start, show: (span) => formatDuration(span.start) },
            {
              name: 'Duration',
              value: (span) => span.duration,
              show: (span) => formatDuration(span.duration),
            },
            { name: 'Failed', value: (span) => (span.failed ? 'yes' : '') },
            { name: 'Span id', value: (span) => span.spanId },
          ]}
        />
      ) : (
        <SortableTable
          label="Events"
          items={events}
          keyOf={(event) => event.key}
          sortedBy="At"
          columns={[
            { name: 'At', value: ({ log }) => -log.at, show: ({ log }) => formatDuration(log.at) },
            { name: 'Service', value: ({ span }) => span.service },
            { name: 'Span', value: ({ span }) => span.operation, show: ({ span }) => name(span) },
            { name: 'Event', value: ({ log }) => textOf(log) },
          ]}
        />
      )}
    </>
  );
}

function textOf(log: SpanLog): string {
  return log.fields.map((field) => `${field.key}=${String(field.value)}`).join(' ');
}
