/** Whether a span matches a query: find in a trace, and search where the server has no search of its own. */
import { parseDuration } from './duration';
import type { Operator, Query } from './query';
import { type Span, type Trace, tagOf } from './span';

export type Matcher = (span: Span, trace: Trace) => boolean;

export function matcher(query: Query): Matcher {
  switch (query.type) {
    case 'all':
      return () => true;
    case 'word':
      return wordMatcher(query.text.toLowerCase());
    case 'not': {
      const inner = matcher(query.query);
      return (span, trace) => !inner(span, trace);
    }
    case 'and':
    case 'or': {
      const inner = query.queries.map(matcher);
      return query.type === 'and'
        ? (span, trace) => inner.every((each) => each(span, trace))
        : (span, trace) => inner.some((each) => each(span, trace));
    }
    case 'term':
      return termMatcher(query.field, query.operator, query.value);
  }
}

function wordMatcher(word: string): Matcher {
  const has = (value: unknown) => String(value).toLowerCase().includes(word);
  return (span) =>
    has(span.service) ||
    has(span.operation) ||
    span.spanId === word ||
    span.tags.some((tag) => has(tag.value)) ||
    span.logs.some((log) => log.fields.some((field) => has(field.value)));
}

function termMatcher(field: string, operator: Operator, value: string): Matcher {
  const compare = comparison(operator, value);
  switch (field) {
    case 'service':
      return (span) => compare(span.service);
    case 'operation':
    case 'name':
      return (span) => compare(span.operation);
    case 'kind':
      return (span) => compare(span.kind ?? 'internal');
    case 'spanID':
      return (span) => compare(span.spanId);
    case 'traceID':
      return (_, trace) => compare(trace.id);
    case 'error':
      return (span) => compare(String(span.failed));
    case 'root':
      return (span) => compare(String(span.parent === undefined));
    case 'duration':
      return durationMatcher(operator, value, (span) => span.duration);
    case 'trace.duration':
      return durationMatcher(operator, value, (_, trace) => trace.duration);
    case 'trace.spans':
      return (_, trace) => compare(String(trace.spans.length));
    case 'trace.errors':
      return (_, trace) => compare(String(trace.failed));
    case 'trace.service':
      return (_, trace) => trace.services.some((each) => compare(each.name));
    default:
      return tagMatcher(field.replace(/^tag\./, ''), operator, compare);
  }
}

function durationMatcher(
  operator: Operator,
  value: string,
  of: (span: Span, trace: Trace) => number,
): Matcher {
  // A bare number is microseconds here, as the API's description says.
  const wanted = /^\d+(\.\d+)?$/.test(value) ? Number(value) : parseDuration(value);
  if (wanted === undefined) return () => false;
  const compare = comparison(operator, String(wanted));
  return (span, trace) => compare(String(of(span, trace)));
}

function tagMatcher(key: string, operator: Operator, compare: (text: string) => boolean): Matcher {
  return (span, trace) => {
    const own = tagOf(span, key) ?? tagOf({ tags: trace.processes.get(span.processId)?.tags ?? [] }, key);
    if (own !== undefined) return compare(own);
    const logged = span.logs.flatMap((log) => log.fields.filter((each) => each.key === key));
    // A span without the tag doesn't have that value.
    return logged.length === 0 ? operator === '!=' : logged.some((each) => compare(String(each.value)));
  };
}

function comparison(operator: Operator, value: string): (text: string) => boolean {
  if (operator === '~') return (text) => text.toLowerCase().includes(value.toLowerCase());
  if (operator === '=' || operator === '!=') {
    const pattern = wildcard(value);
    return operator === '=' ? (text) => pattern.test(text) : (text) => !pattern.test(text);
  }
  const wanted = Number(value);
  const numeric = value.trim() !== '' && !Number.isNaN(wanted);
  return (text) => {
    const order = numeric ? Number(text) - wanted : text < value ? -1 : text > value ? 1 : 0;
    if (operator === '>') return order > 0;
    if (operator === '>=') return order >= 0;
    return operator === '<' ? order < 0 : order <= 0;
  };
}

/** `*` stands for any text, `\*` for a star. */
function wildcard(value: string): RegExp {
  const source = value.replace(/\\\*|\*|[\\^$.|?+()[\]{}]/g, (found) =>
    found === '*' ? '[\\s\\S]*' : found === '\\*' ? '\\*' : `\\${found}`,
  );
  return new RegExp(`^${source}$`);
}
