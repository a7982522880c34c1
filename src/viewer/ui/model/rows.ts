/** The rows of the timeline: the trace's tree without what is collapsed, filtered out or grouped. */
import { groupsOf, type SpanGroup } from './grouping';
import type { Span, Trace } from './span';

interface SpanRow {
  type: 'span';
  key: string;
  span: Span;
  depth: number;
  collapsed: boolean;
  /** It is here for what is below it, and doesn't match itself. */
  dimmed: boolean;
}
interface GroupRow {
  type: 'group';
  key: string;
  group: SpanGroup;
  depth: number;
  open: boolean;
}
export type Row = SpanRow | GroupRow;

export interface RowChoice {
  collapsed: ReadonlySet<string>;
  /** Groups that are shown member by member. */
  opened: ReadonlySet<string>;
  /** Joins repeated siblings. */
  group: boolean;
  /** The key of the span whose subtree alone is shown. */
  focus?: string;
  /** Shows only what is in it, and what is above it. */
  only?: ReadonlySet<string>;
  /** Hides spans shorter than this many microseconds, unless something longer is below them. */
  least?: number;
  hiddenServices?: ReadonlySet<string>;
}

export function rowsOf(trace: Trace, choice: RowChoice): Row[] {
  const focused = choice.focus === undefined ? undefined : trace.byKey.get(choice.focus);
  const starts = focused === undefined ? trace.roots : [focused];
  const kept = keptSpans(trace, choice);
  const rows: Row[] = [];
  const base = focused?.depth ?? 0;
  const stack: Item[] = starts.map((span) => ({ span, indent: 0 })).reverse();
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { group, span, indent } = item;
    if (group !== undefined) {
      const open = choice.opened.has(group.key);
      rows.push({ type: 'group', key: group.key, group, depth: span.depth + 1 - base + indent, open });
      if (open) pushAll(stack, group.members, indent + 1);
      continue;
    }
    if (kept !== undefined && !kept.has(span)) continue;
    const collapsed = choice.collapsed.has(span.key);
    const dimmed = choice.only !== undefined && !choice.only.has(span.key);
    rows.push({ type: 'span', key: span.key, span, depth: span.depth - base + indent, collapsed, dimmed });
    if (collapsed) continue;
    // What a search or a least duration left is looked at one by one.
    const grouped = choice.group && choice.only === undefined && !choice.least;
    const groups = grouped
      ? groupsOf(span).filter((each) => choice.hiddenServices?.has(each.members[0]!.service) !== true)
      : [];
    if (groups.length === 0) pushAll(stack, span.children, indent);
    else pushGrouped(stack, span, groups, indent);
  }
  return rows;
}

/** A span, or a group of the span's children. */
interface Item {
  span: Span;
  group?: SpanGroup;
  /** Members of an open group stand one step further in. */
  indent: number;
}

function pushAll(stack: Item[], spans: Span[], indent: number): void {
  for (let i = spans.length - 1; i >= 0; i--) stack.push({ span: spans[i]!, indent });
}

/** A group stands where its first member would. */
function pushGrouped(stack: Item[], span: Span, groups: SpanGroup[], indent: number): void {
  const groupOf = new Map(groups.flatMap((group) => group.members.map((member) => [member, group])));
  for (let i = span.children.length - 1; i >= 0; i--) {
    const child = span.children[i]!;
    const group = groupOf.get(child);
    if (group === undefined) stack.push({ span: child, indent });
    else if (group.members[0] === child) stack.push({ span, group, indent });
  }
}

/** The spans that filters leave, with all that is above them; undefined where nothing filters. */
function keptSpans(trace: Trace, { only, least, hiddenServices }: RowChoice): Set<Span> | undefined {
  const hides = hiddenServices !== undefined && hiddenServices.size > 0;
  if (only === undefined && !least && !hides) return undefined;
  const kept = new Set<Span>();
  for (const span of trace.spans) {
    if (only !== undefined && !only.has(span.key)) continue;
    if (least && span.duration < least) continue;
    if (hides && hiddenServices.has(span.service)) continue;
    for (let at: Span | undefined = span; at !== undefined && !kept.has(at); at = at.parent) kept.add(at);
  }
  return kept;
}

/** The keys of collapsed spans: all with children at `level` or deeper, each of `toggled` turned round. */
export function collapsedKeys(trace: Trace, level: number | undefined, toggled: string[]): Set<string> {
  const keys = new Set<string>();
  if (level !== undefined)
    for (const span of trace.spans) if (span.children.length > 0 && span.depth >= level) keys.add(span.key);
  for (const key of toggled) if (!keys.delete(key)) keys.add(key);
  return keys;
}
