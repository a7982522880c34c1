/** Makes links of tags, of events' fields and of traces by patterns such as `https://logs/?q=#{trace.traceID}`. */
import type { LinkPattern } from '../../api/answers';
import type { ApiTag } from './jaeger-trace';
import type { Span, Trace } from './span';

export interface PatternLink {
  url: string;
  text: string;
}

type Known = (name: string) => unknown;

/** @param tags those beside it, which are looked through before the span's own, its process's and its parents' */
export function tagLinks(
  patterns: readonly LinkPattern[],
  type: LinkPattern['type'],
  tag: ApiTag,
  tags: readonly ApiTag[],
  span: Span,
  trace: Trace,
): PatternLink[] {
  const known: Known = (name) => {
    if (name.startsWith('trace.')) return ofTrace(trace, name.slice('trace.'.length));
    const own = name === tag.key ? tag : find(tags, name);
    if (own !== undefined) return own.value;
    for (let at: Span | undefined = span; at !== undefined; at = at.parent) {
      const found = find(at.tags, name) ?? find(trace.processes.get(at.processId)?.tags ?? [], name);
      if (found !== undefined) return found.value;
    }
    return undefined;
  };
  return patterns
    .filter((pattern) => pattern.type === type && pattern.keys.includes(tag.key))
    .flatMap((pattern) => linkOf(pattern, known));
}

export function traceLinks(patterns: readonly LinkPattern[], trace: Trace): PatternLink[] {
  return patterns
    .filter((pattern) => pattern.type === 'traces')
    .flatMap((pattern) => linkOf(pattern, (name) => ofTrace(trace, name.replace(/^trace\./, ''))));
}

function find(tags: readonly ApiTag[], key: string): ApiTag | undefined {
  return tags.find((tag) => tag.key === key);
}

/** By Jaeger UI's names; times in microseconds. */
function ofTrace(trace: Trace, name: string): unknown {
  const root = trace.roots[0];
  const values: Record<string, unknown> = {
    traceID: trace.id,
    startTime: trace.startTime,
    endTime: trace.startTime + trace.duration,
    duration: trace.duration,
    traceName: root && `${root.service}: ${root.operation}`,
  };
  return values[name];
}

/** None where something that it names isn't there. */
function linkOf({ url, text }: LinkPattern, known: Known): PatternLink[] {
  let complete = true;
  const fill = (pattern: string, write: (value: string) => string) =>
    pattern.replace(/#\{([^{}]*)\}/g, (_, name: string) => {
      const value = known(name.trim());
      if (value === undefined) complete = false;
      return write(String(value));
    });
  const link = { url: fill(url, encodeURIComponent), text: fill(text, (value) => value) };
  return complete ? [link] : [];
}
