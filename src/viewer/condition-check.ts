/**
 * Turns a condition into a check of one segment's rows that looks only at numbers.
 * After a span's way: the second half of a search. Texts are compared once for each distinct tag, not for each span.
 */
import { TAG_TYPE } from '../thrift/jaeger';
import { wordsOf } from './id-table';
import type { Condition, Term } from './query-language';
import { type Origin, ROOT, type Segment } from './segment';
import type { Store } from './store';
import { ERROR, KIND_MASK, KIND_SHIFT, KINDS, type TagDictionary } from './tag-dictionary';

/** For all rows of the segment, or for each. */
export type Check = boolean | ((row: number) => boolean);

/** What one search keeps from segment to segment. */
export class Checker {
  /** By trace and by term: 1 yes, 2 no. */
  private readonly services = new Map<Term, Uint8Array>();

  constructor(private readonly store: Store) {}

  check(condition: Condition, segment: Segment): Check {
    switch (condition.kind) {
      case 'and':
        return all(condition.of.map((each) => this.check(each, segment)));
      case 'or': {
        const none = all(condition.of.map((each) => not(this.check(each, segment))));
        return not(none);
      }
      case 'not':
        return not(this.check(condition.of, segment));
      case 'text':
        return this.text(condition.text, segment);
      case 'tag':
        return this.tag(condition, segment);
      default:
        return condition.operator === '!='
          ? not(this.field({ ...condition, operator: '=' }, segment, condition))
          : this.field(condition, segment, condition);
    }
  }

  private field(term: Term, segment: Segment, key: Term): Check {
    const { store } = this;
    const { flags, trace } = segment;
    switch (term.field) {
      case 'service':
        return byOrigin(segment, (origin) => fits(term, origin.process.serviceName));
      case 'operation': {
        const hits = matching(segment.names, term);
        if (hits === undefined) return false;
        const { name } = segment;
        return (row) => hits[name[row]!] === 1;
      }
      case 'duration': {
        const { duration } = segment;
        const { operator } = term;
        const limit = term.number ?? 0;
        return (row) => compare(duration[row]!, operator, limit);
      }
      case 'error': {
        const wanted = term.value === 'true' ? ERROR : 0;
        return (row) => (flags[row]! & ERROR) === wanted;
      }
      case 'root': {
        const wanted = term.value === 'true' ? ROOT : 0;
        return (row) => (flags[row]! & ROOT) === wanted;
      }
      case 'kind': {
        const wanted = KINDS.map((kind) => fits(term, kind));
        return (row) => wanted[(flags[row]! & KIND_MASK) >> KIND_SHIFT]!;
      }
      case 'traceID': {
        if (term.pattern !== undefined || term.operator === '~')
          return (row) => fits(term, store.ids.hex(trace[row]!));
        const wanted = store.find(term.value);
        return wanted < 0 ? false : (row) => trace[row] === wanted;
      }
      case 'spanID': {
        const words = wordsOf(term.value);
        if (words === undefined) return false;
        const { spanHigh, spanLow } = segment;
        return (row) => spanLow[row] === words[3] && spanHigh[row] === words[2];
      }
      case 'trace.duration':
        return (row) => {
          const each = trace[row]!;
          return compare(store.lastEnd[each]! - store.firstStart[each]!, term.operator, term.number ?? 0);
        };
      case 'trace.spans':
        return (row) => compare(store.count[trace[row]!]!, term.operator, term.number ?? 0);
      case 'trace.errors':
        return (row) => compare(store.errors[trace[row]!]!, term.operator, term.number ?? 0);
      default:
        return (row) => this.hasService(key, term, trace[row]!);
    }
  }

  /** `trace.service`: whether a trace has a span of such a service, found out once for each trace. */
  private hasService(key: Term, term: Term, trace: number): boolean {
    let known = this.services.get(key);
    if (known === undefined) {
      known = new Uint8Array(this.store.ids.end);
      this.services.set(key, known);
    }
    if (known[trace] === 0) {
      known[trace] = 2;
      this.store.each(trace, (segment, row) => {
        if (fits(term, segment.origins[segment.origin[row]!]!.process.serviceName)) known[trace] = 1;
      });
    }
    return known[trace] === 1;
  }

  private tag(condition: Term, segment: Segment): Check {
    if (condition.operator === '!=') return not(this.tag({ ...condition, operator: '=' }, segment));
    const { field } = condition;
    const inOrigin = byOrigin(segment, (origin) => {
      const value = origin.tags.get(field);
      return value !== undefined && fits(condition, value);
    });
    if (inOrigin === true) return true;
    const inSpan = anyTag(
      segment,
      matching(segment.tags, condition, segment.tags.keyNumbers.get(field) ?? -1),
    );
    return either(inOrigin, inSpan);
  }

  private text(text: string, segment: Segment): Check {
    const term: Term = { kind: 'tag', field: '', operator: '~', value: text };
    const origin = byOrigin(segment, ({ process, tags }) => {
      return fits(term, process.serviceName) || [...tags.values()].some((value) => fits(term, value));
    });
    if (origin === true) return true;
    const hits = matching(segment.names, term);
    const { name } = segment;
    const named: Check = hits === undefined ? false : (row) => hits[name[row]!] === 1;
    return either(either(origin, named), anyTag(segment, matching(segment.tags, term)));
  }
}

/** Rows with a tag among those marked. */
function anyTag(segment: Segment, hits: Uint8Array | undefined): Check {
  if (hits === undefined) return false;
  const { tagList, tagStart } = segment;
  return (row) => {
    const end = tagStart[row + 1]!;
    for (let index = tagStart[row]!; index < end; index++) if (hits[tagList[index]!] === 1) return true;
    return false;
  };
}

/**
 * Marks the tags of a dictionary that fit; undefined where none does.
 * @param key the key's number, -1 for a key that the segment hasn't; undefined for any
 */
function matching(dictionary: TagDictionary, term: Term, key?: number): Uint8Array | undefined {
  if (key === -1) return undefined;
  let hits: Uint8Array | undefined;
  const fit = tagFit(dictionary, term);
  for (let tag = 0; tag < dictionary.count; tag++) {
    if ((key !== undefined && dictionary.key[tag] !== key) || !fit(tag)) continue;
    hits ??= new Uint8Array(dictionary.count);
    hits[tag] = 1;
  }
  return hits;
}

function tagFit(dictionary: TagDictionary, term: Term): (tag: number) => boolean {
  const { operator, number, pattern, value } = term;
  if (operator !== '=' && operator !== '~') {
    return (tag) => compare(dictionary.number(tag), operator, number ?? Number.NaN);
  }
  if (operator === '~' || pattern !== undefined) {
    if (pattern?.source === '^.*$') return () => true;
    if (term.prefix !== undefined) {
      const bytes = Buffer.from(term.prefix);
      return (tag) =>
        dictionary.type[tag] === TAG_TYPE.string
          ? dictionary.isText(tag, bytes, true)
          : fits(term, dictionary.text(tag));
    }
    return (tag) => fits(term, dictionary.text(tag));
  }
  // The common case, without making a text of each value.
  const bytes = Buffer.from(value);
  return (tag) => {
    if (dictionary.type[tag] === TAG_TYPE.string) return dictionary.isText(tag, bytes);
    if (dictionary.type[tag] === TAG_TYPE.bool) return dictionary.text(tag) === value;
    return number === undefined
      ? dictionary.type[tag] === TAG_TYPE.binary && dictionary.text(tag) === value
      : dictionary.number(tag) === number && (Number.isSafeInteger(number) || dictionary.text(tag) === value);
  };
}

/** Whether a text is what the term asks for. */
function fits(term: Term, text: string): boolean {
  if (term.operator === '~') return text.toLowerCase().includes(term.value.toLowerCase());
  if (term.operator === '=')
    return term.pattern === undefined ? text === term.value : term.pattern.test(text);
  return compare(text === '' ? Number.NaN : Number(text), term.operator, term.number ?? Number.NaN);
}

function compare(value: number, operator: string, limit: number): boolean {
  switch (operator) {
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    default:
      return value === limit;
  }
}

function byOrigin(segment: Segment, fit: (origin: Origin) => boolean): Check {
  const hits = Uint8Array.from(segment.origins, (origin) => (fit(origin) ? 1 : 0));
  if (!hits.includes(1)) return false;
  if (!hits.includes(0)) return true;
  const { origin } = segment;
  return (row) => hits[origin[row]!] === 1;
}

function not(check: Check): Check {
  return typeof check === 'boolean' ? !check : (row) => !check(row);
}

function either(a: Check, b: Check): Check {
  if (a === true || b === true) return true;
  if (a === false) return b;
  if (b === false) return a;
  return (row) => a(row) || b(row);
}

function all(checks: Check[]): Check {
  const open: ((row: number) => boolean)[] = [];
  for (const check of checks) {
    if (check === false) return false;
    if (check !== true) open.push(check);
  }
  const [first, second, third] = open;
  if (first === undefined) return true;
  if (second === undefined) return first;
  if (third === undefined) return (row) => first(row) && second(row);
  return (row) => open.every((check) => check(row));
}
