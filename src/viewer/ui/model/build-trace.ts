/** Makes a trace of what Jaeger's API answered: joins parents and children, and survives cycles, duplicates and gaps. */
import { adjustClocks } from './clock-skew';
import type { ApiSpan, ApiTrace } from './jaeger-trace';
import { hasFailed, type Span, type Trace } from './span';

interface BuildOptions {
  /** Moves spans of other machines into their parents; true by default. */
  adjustClocks?: boolean;
}

export function buildTrace(data: ApiTrace, options: BuildOptions = {}): Trace {
  const epoch = data.spans.reduce((least, span) => Math.min(least, span.startTime), Infinity);
  const warnings = [...(data.warnings ?? [])];
  const byKey = new Map<string, Span>();
  const spans = data.spans.map((each) => {
    const span = toSpan(each, data, epoch);
    for (let copy = 2; byKey.has(span.key); copy++) {
      span.key = `${each.spanID}#${copy}`;
      if (copy === 2) span.warnings.push(`Another span of this trace has the same id, ${each.spanID}.`);
    }
    byKey.set(span.key, span);
    return span;
  });
  const roots = join(spans, byKey, data.traceID);
  if (options.adjustClocks !== false) adjustClocks(spans);
  // Moved clocks may begin before what was the first span.
  const first = spans.reduce((least, span) => Math.min(least, span.start), Infinity);
  if (spans.length > 0 && first !== 0) shift(spans, -first);
  const ordered = walk(roots);
  return {
    id: data.traceID,
    startTime: spans.length > 0 ? epoch + first : 0,
    duration: spans.reduce((most, span) => Math.max(most, span.end), 0),
    spans: ordered,
    roots,
    byKey,
    processes: new Map(
      Object.entries(data.processes).map(([id, each]) => [
        id,
        { service: each.serviceName, tags: each.tags ?? [] },
      ]),
    ),
    services: countServices(ordered),
    depth: ordered.reduce((most, span) => Math.max(most, span.depth + 1), 0),
    failed: ordered.filter((span) => span.failed).length,
    warnings,
  };
}

function toSpan(each: ApiSpan, data: ApiTrace, epoch: number): Span {
  const tags = each.tags ?? [];
  const start = each.startTime - epoch;
  const duration = Math.max(0, each.duration);
  return {
    key: each.spanID,
    spanId: each.spanID,
    service: data.processes[each.processID]?.serviceName ?? 'unknown service',
    operation: each.operationName,
    processId: each.processID,
    start,
    duration,
    end: start + duration,
    tags,
    logs: (each.logs ?? [])
      .map((log) => ({ at: log.timestamp - epoch, fields: log.fields ?? [] }))
      .sort((a, b) => a.at - b.at),
    references: each.references ?? [],
    warnings: [...(each.warnings ?? [])],
    kind: tags.find((tag) => tag.key === 'span.kind')?.value as string | undefined,
    failed: hasFailed(tags),
    failedBelow: false,
    parent: undefined,
    missingParent: undefined,
    children: [],
    depth: 0,
    index: 0,
    below: 0,
    moved: 0,
  };
}

/** The first CHILD_OF of the same trace is the parent, else the first FOLLOWS_FROM. @returns the roots, by start */
function join(spans: Span[], byKey: Map<string, Span>, traceId: string): Span[] {
  const roots: Span[] = [];
  for (const span of spans) {
    const own = span.references.filter((each) => each.traceID === traceId);
    const wanted = own.find((each) => each.refType === 'CHILD_OF') ?? own[0];
    const parent = wanted === undefined ? undefined : byKey.get(wanted.spanID);
    if (wanted !== undefined && parent === undefined) span.missingParent = wanted.spanID;
    if (parent === undefined || closesCycle(span, parent)) {
      if (parent !== undefined) span.warnings.push('Its parents form a circle; it is shown as a root.');
      roots.push(span);
    } else {
      span.parent = parent;
      parent.children.push(span);
    }
  }
  const byStart = (a: Span, b: Span) => a.start - b.start;
  for (const span of spans) if (span.children.length > 1) span.children.sort(byStart);
  return roots.sort(byStart);
}

/** Walks up from the new parent: each link is made once, and only a leaf's chain can be long. */
function closesCycle(span: Span, parent: Span): boolean {
  if (span === parent) return true;
  // Without children nobody can be above itself, which spares long chains the walk.
  if (span.children.length === 0) return false;
  for (let at: Span | undefined = parent; at !== undefined; at = at.parent) if (at === span) return true;
  return false;
}

/** Depth first without recursion, since a chain may be thousands deep; fills in depth, index, below and failedBelow. */
function walk(roots: Span[]): Span[] {
  const ordered: Span[] = [];
  const stack = [...roots].reverse();
  for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
    span.index = ordered.push(span) - 1;
    span.depth = span.parent === undefined ? 0 : span.parent.depth + 1;
    for (let i = span.children.length - 1; i >= 0; i--) stack.push(span.children[i]!);
  }
  for (let i = ordered.length - 1; i >= 0; i--) {
    const { parent, below, failed, failedBelow } = ordered[i]!;
    if (parent === undefined) continue;
    parent.below += below + 1;
    parent.failedBelow ||= failed || failedBelow;
  }
  return ordered;
}

function shift(spans: Span[], by: number): void {
  for (const span of spans) {
    span.start += by;
    span.end += by;
    for (const log of span.logs) log.at += by;
  }
}

function countServices(spans: Span[]): Trace['services'] {
  const found = new Map<string, { name: string; spans: number; failed: number }>();
  for (const { service, failed } of spans) {
    const entry = found.get(service) ?? { name: service, spans: 0, failed: 0 };
    entry.spans++;
    if (failed) entry.failed++;
    found.set(service, entry);
  }
  return [...found.values()].sort((a, b) => b.spans - a.spans || a.name.localeCompare(b.name));
}
