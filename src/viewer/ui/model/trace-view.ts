/** What a link to a trace holds: which view, zoom, selection, what is collapsed, and what is looked for. */

export const TRACE_VIEWS = ['timeline', 'flame', 'graph', 'statistics', 'spans', 'json'] as const;
export type ViewName = (typeof TRACE_VIEWS)[number];

export interface TraceView {
  view: ViewName;
  /** Jaeger UI's name, so that its links work here. */
  uiFind: string;
  /** Spans this deep and deeper are collapsed; short in a link, however many they are. */
  level?: number;
  /** Keys of spans that are collapsed where `level` doesn't say so, or open where it does. */
  collapsed: string[];
  /** Keys of groups that are shown member by member. */
  opened: string[];
  selected?: string;
  focus?: string;
  /** Microseconds from the trace's start. */
  zoom?: { from: number; to: number };
  group: boolean;
  squeeze: boolean;
  gaps: boolean;
  path: boolean;
  skew: boolean;
  onlyMatches: boolean;
  onlyPath: boolean;
  /** Shorter spans are hidden; as written. */
  least: string;
  hiddenServices: string[];
}

/** Switches and what they are where a link doesn't say. */
const SWITCHES = {
  group: true,
  squeeze: true,
  gaps: true,
  path: true,
  skew: true,
  onlyMatches: false,
  onlyPath: false,
} as const;
export type Switch = keyof typeof SWITCHES;

export function readView(search: string): TraceView {
  const given = new URLSearchParams(search);
  const list = (name: string) => (given.get(name) ?? '').split(',').filter((each) => each !== '');
  const on = (name: Switch) => (given.has(name) ? given.get(name) === '1' : SWITCHES[name]);
  const zoom = /^(\d+)-(\d+)$/.exec(given.get('zoom') ?? '');
  const view = TRACE_VIEWS.find((each) => each === given.get('view')) ?? 'timeline';
  return {
    view,
    uiFind: given.get('uiFind') ?? '',
    level: /^\d+$/.test(given.get('level') ?? '') ? Number(given.get('level')) : undefined,
    collapsed: list('collapsed'),
    opened: list('opened'),
    selected: given.get('span') ?? undefined,
    focus: given.get('focus') ?? undefined,
    zoom: zoom === null ? undefined : { from: Number(zoom[1]), to: Number(zoom[2]) },
    group: on('group'),
    squeeze: on('squeeze'),
    gaps: on('gaps'),
    path: on('path'),
    skew: on('skew'),
    onlyMatches: on('onlyMatches'),
    onlyPath: on('onlyPath'),
    least: given.get('least') ?? '',
    hiddenServices: list('hide').map(decodeURIComponent),
  };
}

/** Only what differs from how a trace opens. */
export function writeView(view: TraceView): string {
  const written = new URLSearchParams();
  const set = (name: string, value: string | undefined) => value && written.set(name, value);
  if (view.view !== 'timeline') written.set('view', view.view);
  set('uiFind', view.uiFind);
  set('span', view.selected);
  set('focus', view.focus);
  set('zoom', view.zoom && `${Math.round(view.zoom.from)}-${Math.round(view.zoom.to)}`);
  set('level', view.level === undefined ? undefined : String(view.level));
  set('collapsed', view.collapsed.join(','));
  set('opened', view.opened.join(','));
  set('least', view.least);
  set('hide', view.hiddenServices.map(encodeURIComponent).join(','));
  for (const [name, standard] of Object.entries(SWITCHES))
    if (view[name as Switch] !== standard) written.set(name, view[name as Switch] ? '1' : '0');
  return written.toString();
}
