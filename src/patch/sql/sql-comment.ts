/**
 * Writes a query's trace context behind its text as sqlcommenter does, so that the server's logs lead to the trace.
 * Second station of a span's way; only where the setting `sqlComment` asks for it.
 * Format: https://google.github.io/sqlcommenter/spec/
 */
import type { Span } from '@opentelemetry/api';

/**
 * `text` with a comment that names `span`, before a semicolon at its end; behind one, a server might see a second
 * statement. A text in which a comment may already stand, be it in a literal, stays as it is: what follows a comment
 * that isn't closed would be part of it.
 */
export function withTraceComment(text: string, span: Span): string {
  if (text.includes('/*') || text.includes('--') || text.includes('#')) return text;
  let end = text.length;
  while (end > 0 && isSemicolonOrSpace(text.charCodeAt(end - 1))) end--;
  if (end === 0) return text;
  const { traceId, spanId, traceFlags } = span.spanContext();
  const flags = traceFlags.toString(16).padStart(2, '0');
  return `${text.slice(0, end)} /*traceparent='00-${traceId}-${spanId}-${flags}'*/${text.slice(end)}`;
}

function isSemicolonOrSpace(code: number): boolean {
  return code === 59 || code <= 32;
}

/** The same for a plain object of options: a copy with the comment, since the given one is the application's. */
export function withCommentIn(options: any, key: 'text' | 'sql', span: Span): any {
  const text = options[key];
  const prototype = Object.getPrototypeOf(options);
  if (typeof text !== 'string' || (prototype !== Object.prototype && prototype !== null)) return options;
  const commented = withTraceComment(text, span);
  return commented === text ? options : { ...options, [key]: commented };
}
