/** The critical path: at each moment, the span that the trace's end was waiting for. */
import type { Span, Trace } from './span';

/** Span key → the pieces of it that lie on the path, latest first. */
export type CriticalPath = Map<string, { from: number; to: number }[]>;

/**
 * From the end backwards: a span waits for its child that ended last before the cursor; what lies between that child's
 * end and the cursor is the span's own. Work that outlives its parent (fire and forget) isn't waited for.
 */
export function criticalPath(trace: Trace): CriticalPath {
  const path: CriticalPath = new Map();
  const add = (span: Span, from: number, to: number) => {
    if (to <= from) return;
    const pieces = path.get(span.key);
    if (pieces === undefined) path.set(span.key, [{ from, to }]);
    else pieces.push({ from, to });
  };
  const root = trace.roots.reduce<Span | undefined>(
    (longest, span) => (longest === undefined || span.duration > longest.duration ? span : longest),
    undefined,
  );
  if (root === undefined) return path;
  // A stack instead of recursion: a chain may be thousands of spans deep.
  const stack = [frame(root, root.end)];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = top.children.pop();
    if (child === undefined) {
      add(top.span, top.span.start, top.cursor);
      stack.pop();
      continue;
    }
    // A server's span may end after its caller has the answer: up to then it was waited for.
    const end = child.kind === 'server' ? Math.min(child.end, top.cursor) : child.end;
    if (end > top.cursor || end <= Math.max(child.start, top.span.start)) continue;
    add(top.span, end, top.cursor);
    top.cursor = Math.max(child.start, top.span.start);
    stack.push(frame(child, end));
  }
  return path;
}

function frame(span: Span, cursor: number) {
  return { span, cursor, children: [...span.children].sort((a, b) => a.end - b.end) };
}
