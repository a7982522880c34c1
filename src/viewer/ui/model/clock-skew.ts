/** Moves spans whose machine's clock differs from their caller's into the caller's span, and says so on the span. */
import { formatDuration } from './duration';
import type { Span } from './span';

/** Only a server's span must lie in its parent: a consumer may begin after its producer has ended. */
export function adjustClocks(spans: Span[]): void {
  const stack = spans.filter((span) => span.parent === undefined);
  for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
    const { parent } = span;
    if (parent !== undefined) {
      // The whole process has the clock of its entry, so it goes where its parent of the same process went.
      const by = span.processId === parent.processId ? parent.moved : skewOf(span, parent);
      if (by !== 0) move(span, by);
      if (by !== 0 && span.processId !== parent.processId)
        span.warnings.push(
          `Clock skew: this span lay outside of its parent, so it and what its process did below it are shown ${formatDuration(Math.abs(by))} ${by > 0 ? 'later' : 'earlier'} than recorded.`,
        );
    }
    stack.push(...span.children);
  }
}

/** Microseconds to move by; 0 where the span lies in its parent, or needn't. */
function skewOf(span: Span, parent: Span): number {
  if (span.kind !== 'server') return 0;
  if (span.start >= parent.start && span.end <= parent.end) return 0;
  // A span that outlives its parent: the caller gave up. Only a start before the caller's proves a wrong clock.
  if (span.duration > parent.duration) return span.start < parent.start ? parent.start - span.start : 0;
  // A start in the caller's span and an end after it may be a handler that went on after it answered.
  if (span.start >= parent.start && span.start <= parent.end) return 0;
  // The way there and back are taken to be equally long.
  return Math.round(parent.start + (parent.duration - span.duration) / 2 - span.start);
}

function move(span: Span, by: number): void {
  span.moved = by;
  span.start += by;
  span.end += by;
  for (const log of span.logs) log.at += by;
}
