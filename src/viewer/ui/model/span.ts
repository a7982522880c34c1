/** A span and a trace as the page's views read them: times from the trace's start, parents and children joined. */
import type { ApiReference, ApiTag } from './jaeger-trace';

export interface SpanLog {
  /** Microseconds from the trace's start. */
  at: number;
  fields: ApiTag[];
}

export interface Span {
  /** Unique in its trace: a duplicate span id gets a suffix. */
  key: string;
  spanId: string;
  service: string;
  operation: string;
  processId: string;
  /** Microseconds from the trace's start. */
  start: number;
  duration: number;
  /** `start + duration` */
  end: number;
  tags: ApiTag[];
  logs: SpanLog[];
  references: ApiReference[];
  warnings: string[];
  /** `server`, `client`, `producer`, `consumer`, `internal`, or undefined. */
  kind: string | undefined;
  failed: boolean;
  /** A span below it failed. */
  failedBelow: boolean;
  parent: Span | undefined;
  /** The id of a parent that the trace doesn't hold. */
  missingParent: string | undefined;
  children: Span[];
  depth: number;
  /** Its place in a walk from the root: parents before children, siblings by start. */
  index: number;
  /** How many spans are below it. */
  below: number;
  /** Microseconds by which its clock was moved to fit into its parent; 0 mostly. */
  moved: number;
}

export interface Trace {
  id: string;
  /** Microseconds since the epoch. */
  startTime: number;
  duration: number;
  /** In the order of `index`. */
  spans: Span[];
  roots: Span[];
  byKey: Map<string, Span>;
  processes: Map<string, { service: string; tags: ApiTag[] }>;
  /** By number of spans, the most first. */
  services: { name: string; spans: number; failed: number }[];
  depth: number;
  failed: number;
  warnings: string[];
}

/** The tag's value as text; undefined where the span has none. */
export function tagOf(span: Pick<Span, 'tags'>, ...keys: string[]): string | undefined {
  for (const key of keys) {
    const tag = span.tags.find((each) => each.key === key);
    if (tag !== undefined) return String(tag.value);
  }
  return undefined;
}

/** `error` as clients write it: true, "true", or a text that says what failed; `otel.status_code` too. */
export function hasFailed(tags: ApiTag[]): boolean {
  return tags.some(
    ({ key, value }) =>
      (key === 'error' && value !== false && value !== 'false' && value !== '' && value !== 0) ||
      (key === 'otel.status_code' && value === 'ERROR'),
  );
}
