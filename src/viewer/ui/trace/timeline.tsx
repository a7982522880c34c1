/** The rows of the timeline, virtual, as a tree that keys walk through. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { CriticalPath } from '../model/critical-path';
import type { Row } from '../model/rows';
import type { Trace } from '../model/span';
import type { TimeScale } from '../model/time-scale';
import type { TraceView } from '../model/trace-view';
import { TimeAxis } from './time-axis';
import { TimelineRow } from './timeline-row';
import { treeKeys } from './tree-keys';

interface TimelineProps {
  trace: Trace;
  rows: Row[];
  scale: TimeScale;
  view: TraceView;
  path: CriticalPath | undefined;
  matches: string[] | undefined;
  onChange: (next: Partial<TraceView>) => void;
}

const ROW_HEIGHT = 28;

export function Timeline({ trace, rows, scale, view, path, matches, onChange }: TimelineProps) {
  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(view.selected ?? rows[0]?.key ?? '');
  const matched = useMemo(() => (matches === undefined ? undefined : new Set(matches)), [matches]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    getItemKey: (index) => rows[index]!.key,
  });
  const places = useMemo(() => new Map(rows.map((row, index) => [row.key, index])), [rows]);
  const walkTo = (key: string) => {
    setActive(key);
    const index = places.get(key);
    if (index !== undefined) virtual.scrollToIndex(index, { align: 'auto' });
  };
  const latest = useRef(walkTo);
  latest.current = walkTo;
  // A selection from elsewhere (a match, a note, a link) is brought into sight.
  useEffect(() => {
    if (view.selected !== undefined) latest.current(view.selected);
  }, [view.selected]);
  useLayoutEffect(() => {
    if (performance.getEntriesByName('trace-received').length === 0) return;
    requestAnimationFrame(() => {
      performance.measure('trace-painted', 'trace-received');
      performance.clearMarks('trace-received');
    });
  }, []);
  const toggle = (row: Row) => {
    const list = row.type === 'group' ? view.opened : view.collapsed;
    const next = list.includes(row.key) ? list.filter((key) => key !== row.key) : [...list, row.key];
    onChange(row.type === 'group' ? { opened: next } : { collapsed: next });
  };
  const click = (event: MouseEvent) => {
    const target = event.target as HTMLElement;
    const row = rows[Number(target.closest<HTMLElement>('[data-row]')?.dataset.row ?? -1)];
    if (row === undefined) return;
    setActive(row.key);
    if (row.type === 'group' || target.closest('[data-toggle]')) return toggle(row);
    onChange({ selected: view.selected === row.key ? undefined : row.key });
  };
  return (
    <div className="timeline">
      <TimeAxis scale={scale} />
      <div
        ref={box}
        className="timeline-rows"
        role="tree"
        aria-label={`Spans of the trace, ${rows.length} rows`}
        aria-activedescendant={places.has(active) ? `row-${active}` : undefined}
        tabIndex={0}
        onClick={click}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const handled = treeKeys(event.key, {
            trace,
            rows,
            view,
            scale,
            active,
            places,
            walkTo,
            toggle,
            onChange,
          });
          if (handled) event.preventDefault();
        }}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]!;
            return (
              <TimelineRow
                key={item.key}
                row={row}
                index={item.index}
                top={item.start}
                scale={scale}
                pieces={row.type === 'span' ? path?.get(row.key) : undefined}
                gaps={view.gaps}
                matched={matched?.has(row.key) ?? false}
                selected={view.selected === row.key}
                active={active === row.key}
              />
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <p className="quiet timeline-empty">The filters leave no span.</p>}
    </div>
  );
}
