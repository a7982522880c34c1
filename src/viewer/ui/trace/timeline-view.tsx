/** The timeline's parts: switches, find, mini-map, rows, and the details of the selected span beside them. */
import { useMemo } from 'react';
import { parseQuery, QueryError } from '../../api/query-language';
import { criticalPath } from '../model/critical-path';
import { parseDuration } from '../model/duration';
import { matcher } from '../model/query-match';
import { collapsedKeys, rowsOf } from '../model/rows';
import type { Trace } from '../model/span';
import { idleStretches, timeScale } from '../model/time-scale';
import type { TraceView } from '../model/trace-view';
import { FindBar } from './find-bar';
import { MiniMap } from './mini-map';
import { SpanDetail } from './span-detail';
import { Timeline } from './timeline';
import { ViewSwitches } from './view-switches';

interface TimelineViewProps {
  trace: Trace;
  view: TraceView;
  onChange: (next: Partial<TraceView>) => void;
}

export function TimelineView({ trace, view, onChange }: TimelineViewProps) {
  const path = useMemo(() => criticalPath(trace), [trace]);
  const found = useMemo(() => find(trace, view.uiFind), [trace, view.uiFind]);
  const matches = found.keys;
  const collapsed = useMemo(
    () => collapsedKeys(trace, view.level, view.collapsed),
    [trace, view.level, view.collapsed],
  );
  const rows = useMemo(() => {
    let only = view.onlyMatches && matches !== undefined ? new Set(matches) : undefined;
    if (view.onlyPath) only = new Set([...path.keys()].filter((key) => only === undefined || only.has(key)));
    return rowsOf(trace, {
      collapsed,
      opened: new Set(view.opened),
      group: view.group,
      focus: view.focus,
      only,
      least: parseDuration(view.least),
      hiddenServices: new Set(view.hiddenServices),
    });
  }, [trace, view, collapsed, matches, path]);
  const idle = useMemo(() => (view.squeeze ? idleStretches(trace) : []), [trace, view.squeeze]);
  const scale = useMemo(() => {
    const focus = view.focus === undefined ? undefined : trace.byKey.get(view.focus);
    const from = view.zoom?.from ?? focus?.start ?? 0;
    const to = view.zoom?.to ?? focus?.end ?? trace.duration;
    return timeScale(from, Math.max(to, from + 1), idle);
  }, [trace, idle, view.zoom, view.focus]);
  const selected = view.selected === undefined ? undefined : trace.byKey.get(view.selected);
  return (
    <div className="timeline-view">
      <ViewSwitches trace={trace} view={view} onChange={onChange} />
      <FindBar trace={trace} view={view} error={found.error} matches={matches} onChange={onChange} />
      <MiniMap trace={trace} idle={idle} zoom={view.zoom} onZoom={(zoom) => onChange({ zoom })} />
      <div className="timeline-and-detail" data-detail={selected !== undefined || undefined}>
        <Timeline
          trace={trace}
          rows={rows}
          scale={scale}
          view={view}
          path={view.path ? path : undefined}
          matches={matches}
          onChange={onChange}
        />
        {selected && (
          <SpanDetail
            span={selected}
            trace={trace}
            focused={view.focus === selected.key}
            onChange={onChange}
            onClose={() => onChange({ selected: undefined })}
          />
        )}
      </div>
    </div>
  );
}

/** Keys of the spans that match; undefined for an empty query. */
function find(trace: Trace, text: string): { keys?: string[]; error?: string } {
  if (text.trim() === '') return {};
  try {
    const matches = matcher(parseQuery(text));
    return { keys: trace.spans.filter((span) => matches(span, trace)).map((span) => span.key) };
  } catch (error) {
    if (error instanceof QueryError) return { keys: [], error: error.message };
    throw error;
  }
}
