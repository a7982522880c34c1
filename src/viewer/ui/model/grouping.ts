/** Repeated siblings as one row ("9 × SELECT shop"), and the sentence that names an N+1 query. */
import { formatDuration } from './duration';
import { type Span, type Trace, tagOf } from './span';

export interface SpanGroup {
  /** The first member's key with a mark, so that a link can hold it. */
  key: string;
  parent: Span;
  members: Span[];
  label: string;
  start: number;
  end: number;
  /** Sum of the members' durations. */
  total: number;
  failed: number;
  /** They ask a database or cache. */
  statements: boolean;
  /** None began before the one before it had ended. */
  oneByOne: boolean;
}

/** Fewer are quickly read as they are. */
const LEAST_REPEATED = 4;

/** What makes two siblings the same: the statement's summary where there is one, else the operation. */
function sameness(span: Span): string {
  return `${span.service}\n${span.operation}\n${tagOf(span, 'db.query.summary', 'db.statement', 'db.query.text') ?? ''}`;
}

/** Groups of leaves among the span's children, by first member; a span with children of its own stays alone. */
export function groupsOf(span: Span): SpanGroup[] {
  if (span.children.length < LEAST_REPEATED) return [];
  const found = new Map<string, Span[]>();
  for (const child of span.children) {
    if (child.children.length > 0) continue;
    const same = sameness(child);
    const members = found.get(same);
    if (members === undefined) found.set(same, [child]);
    else members.push(child);
  }
  const groups: SpanGroup[] = [];
  for (const members of found.values()) {
    if (members.length >= LEAST_REPEATED) groups.push(groupFrom(span, members));
  }
  return groups;
}

function groupFrom(parent: Span, members: Span[]): SpanGroup {
  const first = members[0]!;
  let end = 0;
  let total = 0;
  let oneByOne = true;
  for (const [i, member] of members.entries()) {
    if (i > 0 && member.start < members[i - 1]!.end) oneByOne = false;
    end = Math.max(end, member.end);
    total += member.duration;
  }
  const label = tagOf(first, 'db.query.summary') ?? first.operation;
  return {
    key: `${first.key}*`,
    parent,
    members,
    label: `${members.length} × ${label}`,
    start: first.start,
    end,
    total,
    failed: members.filter((span) => span.failed).length,
    statements: tagOf(first, 'db.system.name', 'db.system', 'db.type') !== undefined,
    oneByOne,
  };
}

/** A sentence for each suspected N+1 query of the trace: the same statement, one after another, under one span. */
export function nPlusOne(trace: Trace): { group: SpanGroup; sentence: string }[] {
  const found: { group: SpanGroup; sentence: string }[] = [];
  for (const span of trace.spans) {
    for (const group of groupsOf(span)) {
      if (!group.statements || !group.oneByOne) continue;
      const share = span.duration > 0 ? Math.round((group.total / span.duration) * 100) : 0;
      found.push({
        group,
        sentence: `${group.label} one after another under ${span.service}: ${span.operation}, ${formatDuration(group.total)} or ${share} % of it. This looks like an N+1 query: one statement for all rows would do.`,
      });
    }
  }
  return found.sort((a, b) => b.group.total - a.group.total);
}
