/**
 * Finds the rows of a segment that fulfil a condition, a column at a time, looking only at numbers.
 * After a span's way: the second half of a search. Texts are compared once for each distinct tag, not for each span.
 */
import { TAG_TYPE } from '../thrift/jaeger';
import { fits, ordered } from './api/fits';
import type { Condition, Term } from './api/query-language';
import { wordsOf } from './id-table';
import { RowSet } from './row-set';
import { GONE, type Origin, ROOT, type Segment } from './segment';
import type { Store } from './store';
import { ERROR, KINDS, kindOf, type TagDictionary } from './tag-dictionary';
import type { TagIndex } from './tag-index';

/** All rows of the segment, none, or these. */
export type Rows = boolean | RowSet;

/** One search's condition, with what it keeps from segment to segment. */
export class Checker {
  /** By trace and by term: 1 where it has such a service. */
  private readonly services = new Map<Term, Uint8Array>();
  private readonly found = new Map<Segment, { count: number; rows: Rows }>();

  /** @param condition undefined: every span */
  constructor(
    private readonly store: Store,
    readonly condition: Condition | undefined,
  ) {}

  /** Of what the segment has at present, evicted spans included. */
  rows(segment: Segment): Rows {
    const { condition } = this;
    if (condition === undefined) return true;
    const known = this.found.get(segment);
    if (known !== undefined && known.count === segment.count) return known.rows;
    const rows = this.of(condition, segment);
    this.found.set(segment, { count: segment.count, rows });
    return rows;
  }

  private of(condition: Condition, segment: Segment): Rows {
    switch (condition.kind) {
      case 'and': {
        let rows: Rows = true;
        for (const each of condition.of) {
          rows = both(rows, this.of(each, segment));
          if (rows === false) return false;
        }
        return rows;
      }
      case 'or': {
        let rows: Rows = false;
        for (const each of condition.of) {
          rows = either(rows, this.of(each, segment));
          if (rows === true) return true;
        }
        return rows;
      }
      case 'not':
        return not(this.of(condition.of, segment));
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

  /** @param key the term as the query has it, under which is kept what was found out for it */
  private field(term: Term, segment: Segment, key: Term): Rows {
    const { store } = this;
    const { count, trace } = segment;
    const where = (holds: (row: number) => boolean) => RowSet.where(count, holds);
    switch (term.field) {
      case 'service':
        return byOrigin(segment, (origin) => fits(term, origin.process.serviceName));
      case 'operation':
        return byName(segment, term);
      case 'duration': {
        const { duration } = segment;
        const { operator } = term;
        const limit = term.number ?? 0;
        return where((row) => ordered(duration[row]!, operator, limit));
      }
      case 'error': {
        const wanted = term.value === 'true' ? ERROR : 0;
        return byFlags(segment, (each) => (each & ERROR) === wanted);
      }
      case 'root': {
        const wanted = term.value === 'true' ? ROOT : 0;
        return byFlags(segment, (each) => (each & ROOT) === wanted);
      }
      case 'kind': {
        const wanted = KINDS.map((kind) => fits(term, kind));
        return byFlags(segment, (each) => wanted[kindOf(each)] ?? false);
      }
      case 'traceID': {
        if (term.pattern !== undefined || term.operator === '~')
          return where((row) => trace[row] !== GONE && fits(term, store.ids.hex(trace[row]!)));
        const wanted = store.find(term.value);
        return wanted < 0 ? false : where((row) => trace[row] === wanted);
      }
      case 'spanID': {
        const words = wordsOf(term.value);
        if (words === undefined) return false;
        const { spanHigh, spanLow } = segment;
        return where((row) => spanLow[row] === words[3] && spanHigh[row] === words[2]);
      }
      case 'trace.duration':
        return where((row) => {
          const each = trace[row]!;
          return ordered(store.lastEnd[each]! - store.firstStart[each]!, term.operator, term.number ?? 0);
        });
      case 'trace.spans':
        return where((row) => ordered(store.count[trace[row]!]!, term.operator, term.number ?? 0));
      case 'trace.errors':
        return where((row) => ordered(store.errors[trace[row]!]!, term.operator, term.number ?? 0));
      default: {
        const has = this.withService(key, term);
        return where((row) => has[trace[row]!] === 1);
      }
    }
  }

  /** `trace.service`: which traces have a span of such a service, found out once. */
  private withService(key: Term, term: Term): Uint8Array {
    let known = this.services.get(key);
    if (known !== undefined) return known;
    known = new Uint8Array(this.store.ids.end);
    this.services.set(key, known);
    for (const segment of this.store.segments) {
      const { origin, trace, count } = segment;
      const hits = Uint8Array.from(segment.origins, ({ process }) =>
        fits(term, process.serviceName) ? 1 : 0,
      );
      if (!hits.includes(1)) continue;
      // Beyond the array's end, where a trace is gone, nothing is written.
      for (let row = 0; row < count; row++) if (hits[origin[row]!] === 1) known[trace[row]!] = 1;
    }
    return known;
  }

  private tag(condition: Term, segment: Segment): Rows {
    if (condition.operator === '!=') return not(this.tag({ ...condition, operator: '=' }, segment));
    const { field } = condition;
    const inOrigin = byOrigin(segment, (origin) => {
      const value = origin.tags.get(field);
      return value !== undefined && fits(condition, value);
    });
    if (inOrigin === true) return true;
    const key = segment.tags.keyNumbers.get(field);
    return key === undefined ? inOrigin : either(inOrigin, byTag(segment, condition, key));
  }

  private text(text: string, segment: Segment): Rows {
    const term: Term = { kind: 'tag', field: '', operator: '~', value: text };
    const origin = byOrigin(segment, ({ process, tags }) => {
      return fits(term, process.serviceName) || [...tags.values()].some((value) => fits(term, value));
    });
    if (origin === true) return true;
    return either(either(origin, byName(segment, term)), byTag(segment, term));
  }
}

/** @param key the tag's key; any, if there is none */
function byTag(segment: Segment, term: Term, key?: number): Rows {
  const { tags, tagIndex, tagList, tagStart, count } = segment;
  if (tagIndex !== undefined) {
    let rows: RowSet | undefined;
    eachFitting(tags, tagIndex, term, key, (tag) => {
      rows ??= new RowSet(count);
      tagIndex.addRows(tag, rows);
    });
    return rows ?? false;
  }
  const hits = fitting(tags, undefined, term, key);
  if (hits === undefined) return false;
  return RowSet.where(count, (row) => {
    const end = tagStart[row + 1]!;
    for (let index = tagStart[row]!; index < end; index++) if (hits[tagList[index]!] === 1) return true;
    return false;
  });
}

function byName(segment: Segment, term: Term): Rows {
  const { name, names, nameIndex } = segment;
  const hits = fitting(names, nameIndex, term);
  return hits === undefined ? false : RowSet.marked(segment.count, name, hits);
}

function byOrigin(segment: Segment, fit: (origin: Origin) => boolean): Rows {
  const hits = Uint8Array.from(segment.origins, (origin) => (fit(origin) ? 1 : 0));
  if (!hits.includes(1)) return false;
  if (!hits.includes(0)) return true;
  return RowSet.marked(segment.count, segment.origin, hits);
}

function byFlags({ count, flags }: Segment, fit: (flags: number) => boolean): Rows {
  const marks = Uint8Array.from({ length: 256 }, (_, each) => (fit(each) ? 1 : 0));
  return RowSet.marked(count, flags, marks);
}

/** Marks the tags that fit; undefined where none does. */
function fitting(
  dictionary: TagDictionary,
  index: TagIndex | undefined,
  term: Term,
  key?: number,
): Uint8Array | undefined {
  let hits: Uint8Array | undefined;
  eachFitting(dictionary, index, term, key, (tag) => {
    hits ??= new Uint8Array(dictionary.count);
    hits[tag] = 1;
  });
  return hits;
}

/** Calls back for the tags that fit, of all keys or of one. */
function eachFitting(
  dictionary: TagDictionary,
  index: TagIndex | undefined,
  term: Term,
  key: number | undefined,
  visit: (tag: number) => void,
): void {
  const fit = tagFit(dictionary, term);
  const part = partOf(term);
  if (index === undefined) {
    for (let tag = 0; tag < dictionary.count; tag++)
      if ((key === undefined || dictionary.key[tag] === key) && fit(tag)) visit(tag);
  } else if (part === '') {
    index.eachTag(key, (tag) => {
      if (fit(tag)) visit(tag);
    });
  } else {
    index.eachWith(Buffer.from(part), key, (tag) => {
      if (term.operator === '~' || fit(tag)) visit(tag);
    });
  }
}

/** What each value that fits has in it, in small letters; empty where there is no such thing. */
function partOf({ operator, pattern, value, prefix, parts }: Term): string {
  if (operator === '~') return value.toLowerCase();
  if (pattern === undefined || prefix !== undefined || parts === undefined) return '';
  // Small letters of others may depend on what stands beside them.
  const plain = parts.filter((part) => /^[\x20-\x7e]*$/.test(part));
  const longest = plain.reduce((most, each) => (each.length > most.length ? each : most), '');
  return longest.toLowerCase();
}

function tagFit(dictionary: TagDictionary, term: Term): (tag: number) => boolean {
  const { operator, number, pattern, value } = term;
  if (operator !== '=' && operator !== '~') {
    return (tag) => ordered(dictionary.number(tag), operator, number ?? Number.NaN);
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
    if (operator === '~') {
      const part = term.value.toLowerCase();
      const ascii = Buffer.from(part);
      if (ascii.length === part.length)
        return (tag) => dictionary.hasPart(tag, ascii) ?? fits(term, dictionary.text(tag));
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

function not(rows: Rows): Rows {
  return typeof rows === 'boolean' ? !rows : rows.not();
}

function either(a: Rows, b: Rows): Rows {
  if (a === true || b === true) return true;
  if (a === false) return b;
  return b === false ? a : a.or(b);
}

function both(a: Rows, b: Rows): Rows {
  if (a === false || b === false) return false;
  if (a === true) return b;
  return b === true ? a : a.and(b);
}
