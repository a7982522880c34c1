/**
 * Prints a trace as a tree in the terminal, one line a span.
 * After a span's way: what a developer sees of it.
 */

/** What the tree needs of a span. */
export interface SpanRow {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty, or all zeros, for a root. */
  readonly parentSpanId: string;
  readonly service: string;
  readonly name: string;
  /** Microseconds since 1970, and microseconds. */
  readonly startTime: number;
  readonly duration: number;
  readonly tags: Readonly<Record<string, unknown>>;
}

/** The tags worth a place on the line, in this order; a value that two of them share is shown once. */
const SHOWN = ['http.response.status_code', 'db.system.name', 'db.query.text', 'url.full', 'error.type'];

/** Spans of each trace together, traces by their first span's start. */
export function groupByTrace(spans: readonly SpanRow[]): SpanRow[][] {
  const traces = new Map<string, SpanRow[]>();
  for (const span of spans) {
    const trace = traces.get(span.traceId);
    if (trace === undefined) traces.set(span.traceId, [span]);
    else trace.push(span);
  }
  const sorted = [...traces.values()].map((trace) => trace.sort((a, b) => a.startTime - b.startTime));
  return sorted.sort((a, b) => a[0]!.startTime - b[0]!.startTime);
}

/** One trace's spans, in any order, as lines; a span whose parent is missing stands at the left, marked. */
export function formatTrace(spans: readonly SpanRow[]): string {
  const known = new Set(spans.map((span) => span.spanId));
  const children = new Map<string, SpanRow[]>();
  const roots: SpanRow[] = [];
  for (const span of [...spans].sort((a, b) => a.startTime - b.startTime)) {
    if (!known.has(span.parentSpanId) || span.parentSpanId === span.spanId) roots.push(span);
    else children.set(span.parentSpanId, [...(children.get(span.parentSpanId) ?? []), span]);
  }
  const lines = [
    `trace ${spans[0]?.traceId ?? ''}, ${spans.length} ${spans.length === 1 ? 'span' : 'spans'}`,
  ];
  // Spans already printed; a cycle of parents, which a broken client may send, must not go on for ever.
  const printed = new Set<SpanRow>();
  const print = (span: SpanRow, indent: string, last: boolean, isRoot: boolean): void => {
    if (printed.has(span)) return;
    printed.add(span);
    const branch = isRoot ? '' : last ? '└─ ' : '├─ ';
    const orphan = isRoot && /[1-9a-f]/i.test(span.parentSpanId) ? '(parent not seen) ' : '';
    lines.push(`${indent}${branch}${orphan}${line(span)}`);
    const under = children.get(span.spanId) ?? [];
    const next = isRoot ? indent : `${indent}${last ? '   ' : '│  '}`;
    under.forEach((child, index) => {
      print(child, next, index === under.length - 1, false);
    });
  };
  for (const root of roots) print(root, '', true, true);
  for (const span of spans) print(span, '', true, true);
  return lines.join('\n');
}

function line(span: SpanRow): string {
  const details = new Set(SHOWN.flatMap((key) => (key in span.tags ? [String(span.tags[key])] : [])));
  const shown = [...details].join(' · ');
  return `${span.service}: ${span.name}  ${(span.duration / 1000).toFixed(1)} ms${shown === '' ? '' : `  [${shown}]`}`;
}
