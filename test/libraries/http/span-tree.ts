/**
 * Writes traces as indented lines, one a span, so that a test can state a whole run's spans.
 */
import type { SeenSpan } from '../../support/trace-app';

/**
 * `SERVER GET /path?query 200 error.type`, children below their parent, siblings in order of their text.
 * Ports are left out; an error status that stands beside no `error.type` shows as `ERROR`.
 */
export function tree(spans: SeenSpan[]): string[] {
  const known = new Set(spans.map((span) => span.spanId));
  const below = (parent: SeenSpan | undefined, indent: string): string[] =>
    spans
      .filter((span) => (parent ? span.parentSpanId === parent.spanId : !known.has(span.parentSpanId)))
      .map((span) => [`${indent}${line(span)}`, ...below(span, `${indent}  `)])
      .sort((one, other) => (one[0]! < other[0]! ? -1 : 1))
      .flat();
  return below(undefined, '');
}

function line({ name, tags }: SeenSpan): string {
  const target =
    tags['url.full'] ?? `${tags['url.path'] ?? ''}${tags['url.query'] ? `?${tags['url.query']}` : ''}`;
  const failed = tags['otel.status_code'] === 'ERROR';
  if (failed !== (tags.error === true)) throw new Error('error and otel.status_code differ');
  return [
    String(tags['span.kind']).toUpperCase(),
    name,
    String(target).replace(/(localhost|127\.0\.0\.1):\d+/, '$1'),
    tags['http.response.status_code'] ?? '-',
    // Where no name server answers, an unknown host fails otherwise.
    tags['error.type'] === 'EAI_AGAIN' ? 'ENOTFOUND' : (tags['error.type'] ?? ''),
    failed ? 'ERROR' : '',
  ]
    .join(' ')
    .trimEnd()
    .replaceAll(/ {2,}/g, ' ');
}
