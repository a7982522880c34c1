/** Whether a span matches a query: find in a trace, and search where the server has no search of its own. */
import { fits, ordered } from '../../api/fits';
import type { Condition, Term } from '../../api/query-language';
import { type Span, type Trace, tagOf } from './span';

type Matcher = (span: Span, trace: Trace) => boolean;

/** @param condition undefined asks for everything */
export function matcher(condition: Condition | undefined): Matcher {
  if (condition === undefined) return () => true;
  switch (condition.kind) {
    case 'text':
      return wordMatcher(condition.text.toLowerCase());
    case 'not': {
      const inner = matcher(condition.of);
      return (span, trace) => !inner(span, trace);
    }
    case 'and':
    case 'or': {
      const inner = condition.of.map(matcher);
      return condition.kind === 'and'
        ? (span, trace) => inner.every((each) => each(span, trace))
        : (span, trace) => inner.some((each) => each(span, trace));
    }
    default: {
      // A span without the tag doesn't have that value.
      if (condition.operator === '!=') return matcher({ kind: 'not', of: { ...condition, operator: '=' } });
      return condition.kind === 'tag' ? tagMatcher(condition) : fieldMatcher(condition);
    }
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

function fieldMatcher(term: Term): Matcher {
  const text = (of: (span: Span, trace: Trace) => string): Matcher => {
    return (span, trace) => fits(term, of(span, trace));
  };
  const number = (of: (span: Span, trace: Trace) => number): Matcher => {
    return (span, trace) => ordered(of(span, trace), term.operator, term.number ?? 0);
  };
  switch (term.field) {
    case 'service':
      return text((span) => span.service);
    case 'operation':
      return text((span) => span.operation);
    case 'kind':
      return text((span) => span.kind ?? 'internal');
    case 'spanID':
      return (span) => fits(term, span.spanId) || fits(term, span.spanId.replace(/^0+/, ''));
    case 'traceID':
      return text((_, trace) => trace.id);
    case 'error':
      return text((span) => String(span.failed));
    case 'root':
      return text((span) => String(span.parent === undefined));
    case 'duration':
      return number((span) => span.duration);
    case 'trace.duration':
      return number((_, trace) => trace.duration);
    case 'trace.spans':
      return number((_, trace) => trace.spans.length);
    case 'trace.errors':
      return number((_, trace) => trace.failed);
    default:
      return (_, trace) => trace.services.some((each) => fits(term, each.name));
  }
}

function tagMatcher(term: Term): Matcher {
  return (span, trace) => {
    const tags = trace.processes.get(span.processId)?.tags ?? [];
    const own = tagOf(span, term.field) ?? tagOf({ tags }, term.field);
    if (own !== undefined) return fits(term, own);
    return span.logs.some((log) =>
      log.fields.some((each) => each.key === term.field && fits(term, String(each.value))),
    );
  };
}
