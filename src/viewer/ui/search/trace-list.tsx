/** The list of traces, virtual: only the rows in sight are there. */
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
import type { TraceSummary } from '../model/summary';
import { TraceLine } from './trace-line';

interface TraceListProps {
  traces: TraceSummary[];
  /** Marked in each trace. */
  query: string;
  columns: string[];
  picked: string[];
  onPick: (id: string) => void;
}

export function TraceList({ traces, query, columns, picked, onPick }: TraceListProps) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const longest = traces.reduce((most, each) => Math.max(most, each.duration), 1);
  const rows = useWindowVirtualizer({
    count: traces.length,
    estimateSize: () => 62,
    overscan: 8,
    scrollMargin: top,
    getItemKey: (index) => traces[index]!.traceID,
  });
  return (
    <ul ref={list} className="trace-list" style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map((item) => {
        const trace = traces[item.index]!;
        return (
          <li
            key={item.key}
            ref={rows.measureElement}
            data-index={item.index}
            style={{ transform: `translateY(${item.start - top}px)` }}
          >
            <TraceLine
              trace={trace}
              query={query}
              columns={columns}
              longest={longest}
              picked={picked.includes(trace.traceID)}
              onPick={onPick}
            />
          </li>
        );
      })}
    </ul>
  );
}
