/** What each key does in the timeline: WAI-ARIA's tree pattern, and Jaeger UI's keys for zoom, pan and levels. */
import type { Row } from '../model/rows';
import type { Trace } from '../model/span';
import type { TimeScale } from '../model/time-scale';
import type { TraceView } from '../model/trace-view';

interface TreeState {
  trace: Trace;
  rows: Row[];
  view: TraceView;
  scale: TimeScale;
  /** The key of the row that the arrows start from. */
  active: string;
  places: Map<string, number>;
  walkTo: (key: string) => void;
  toggle: (row: Row) => void;
  onChange: (next: Partial<TraceView>) => void;
}

/** @returns whether the key was one of ours */
export function treeKeys(key: string, state: TreeState): boolean {
  return walk(key, state) || zoom(key, state) || levels(key, state);
}

function walk(key: string, { rows, view, active, places, walkTo, toggle, onChange }: TreeState): boolean {
  const at = places.get(active) ?? 0;
  const row = rows[at];
  const go = (index: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (next === undefined) return true;
    walkTo(next.key);
    // Open details follow.
    if (view.selected !== undefined && next.type === 'span') onChange({ selected: next.key });
    return true;
  };
  if (row === undefined) return false;
  switch (key) {
    case 'ArrowDown':
    case 's':
      return go(at + 1);
    case 'ArrowUp':
    case 'w':
      return go(at - 1);
    case 'PageDown':
    case 'f':
      return go(at + 15);
    case 'PageUp':
    case 'b':
      return go(at - 15);
    case 'Home':
      return go(0);
    case 'End':
      return go(rows.length - 1);
    case 'ArrowRight':
      if (isOpen(row) === false) toggle(row);
      else if (isOpen(row)) go(at + 1);
      return true;
    case 'ArrowLeft': {
      if (isOpen(row)) toggle(row);
      else for (let above = at - 1; above >= 0; above--) if (rows[above]!.depth < row.depth) return go(above);
      return true;
    }
    case 'Enter':
    case ' ':
      if (row.type === 'group') toggle(row);
      else onChange({ selected: view.selected === row.key ? undefined : row.key });
      return true;
    case 'Escape':
      if (view.selected === undefined && view.focus === undefined) return false;
      onChange(view.selected === undefined ? { focus: undefined } : { selected: undefined });
      return true;
    default:
      return false;
  }
}

/** Undefined for a row with nothing below it. */
export function isOpen(row: Row): boolean | undefined {
  if (row.type === 'group') return row.open;
  return row.span.children.length === 0 ? undefined : !row.collapsed;
}

function zoom(key: string, { trace, scale, onChange }: TreeState): boolean {
  const { from, to } = scale;
  const width = to - from;
  const show = (start: number, length: number) => {
    const wide = Math.min(trace.duration, Math.max(1, length));
    const left = Math.min(trace.duration - wide, Math.max(0, start));
    onChange({ zoom: wide >= trace.duration ? undefined : { from: left, to: left + wide } });
    return true;
  };
  if (key === '+' || key === '=') return show(from + width / 4, width / 2);
  if (key === '-') return show(from - width / 2, width * 2);
  if (key === '0') return show(0, trace.duration);
  if (key === 'a') return show(from - width / 4, width);
  if (key === 'd') return show(from + width / 4, width);
  return false;
}

function levels(key: string, { trace, view, onChange }: TreeState): boolean {
  const level = Math.min(view.level ?? trace.depth, trace.depth);
  const show = (next: number | undefined) => {
    onChange({
      level: next === undefined || next >= trace.depth ? undefined : Math.max(0, next),
      collapsed: [],
    });
    return true;
  };
  if (key === '[') return show(undefined);
  if (key === ']') return show(0);
  if (key === 'o') return show(level + 1);
  // The deepest level has nothing below it to hide.
  if (key === 'p') return show(Math.min(level, trace.depth - 1) - 1);
  return false;
}
