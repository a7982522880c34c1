/**
 * Reads the parameters of searches from a URL, Jaeger's and the page's, with Jaeger's defaults and messages.
 * After a span's way: in front of every search.
 */
import { MOST_TRACES, SORTS, type Sort } from './api/answers';
import { parseDuration } from './api/duration';
import { type Condition, parseQuery, QueryError, type Term } from './api/query-language';
import { HttpError } from './http-server';
import type { Search } from './search';

/** Jaeger looks back two days where it isn't told. */
const LOOKBACK_MICROSECONDS = 2 * 24 * 3600 * 1e6;
const JAEGER_LIMIT = 100;
const PAGE_LIMIT = 20;
/** Microseconds now have 16 digits, milliseconds 13: Grafana sends those to where Jaeger reads microseconds. */
const LEAST_MICROSECONDS = 1e14;

/** Jaeger's `/api/traces`. */
export function jaegerSearch(query: URLSearchParams, now: number): Search {
  const service = query.get('service') ?? '';
  if (service === '') throw new HttpError(400, "parameter 'service' is required");
  const least = duration(query, 'minDuration');
  const most = duration(query, 'maxDuration');
  if (least !== undefined && most !== undefined && most < least)
    throw new HttpError(400, "'maxDuration' should be greater than 'minDuration'");
  const of: Condition[] = [term('service', '=', service)];
  const operation = query.get('operation') ?? '';
  if (operation !== '') of.push(term('operation', '=', operation));
  if (least) of.push(term('duration', '>=', '', least));
  if (most) of.push(term('duration', '<=', '', most));
  for (const [key, value] of tagsOf(query)) {
    if (key === 'error') of.push(term('error', '=', value));
    else of.push({ ...term(key, '=', value), kind: 'tag' });
  }
  const limit = integer(query, 'limit') ?? JAEGER_LIMIT;
  if (limit <= 0) throw new HttpError(400, 'search depth must be greater than 0');
  return { condition: { kind: 'and', of }, ...timeRange(query, now, true), limit, sort: 'start' };
}

/** The page's `/api/search` and its like. */
export function pageSearch(query: URLSearchParams, now: number): Search {
  const limit = integer(query, 'limit') ?? PAGE_LIMIT;
  if (limit < 1 || limit > MOST_TRACES) throw new HttpError(400, `'limit' is from 1 to ${MOST_TRACES}`);
  const sort = (query.get('sort') ?? 'start') as Sort;
  if (!SORTS.includes(sort)) throw new HttpError(400, `'sort' is one of ${SORTS.join(', ')}`);
  return { condition: condition(query), ...timeRange(query, now, false), limit, sort };
}

/** @throws HttpError with the position where the query can't be read */
export function condition(query: URLSearchParams): Condition | undefined {
  try {
    return parseQuery(query.get('q') ?? '');
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new HttpError(400, error.message, { position: error.position, length: error.length });
  }
}

/**
 * Where the spans that are looked for start, in microseconds since 1970.
 * @param bounded whether there is a time from which on it looks, though none is given
 */
function timeRange(query: URLSearchParams, now: number, bounded: boolean): { start: number; end: number } {
  const end = time(query, 'end') ?? (bounded ? now : Number.POSITIVE_INFINITY);
  const start = time(query, 'start');
  if (start !== undefined) return { start, end };
  const back = query.get('lookback') ?? '';
  const lookback = parseDuration(back) ?? (bounded ? LOOKBACK_MICROSECONDS : undefined);
  if (lookback === undefined) return { start: Number.NEGATIVE_INFINITY, end };
  return { start: Math.min(end, now) - lookback, end };
}

export function term(field: string, operator: Term['operator'], value: string, given?: number): Term {
  const number = given ?? (value !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined);
  return { kind: 'term', field, operator, value, ...(number !== undefined && { number }) };
}

export function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  if (!/^-?\d{1,16}$/.test(text))
    throw new HttpError(
      400,
      `unable to parse param '${name}': strconv.ParseInt: parsing ${JSON.stringify(text.slice(0, 40))}: invalid syntax`,
    );
  return Number(text);
}

function time(query: URLSearchParams, name: string): number | undefined {
  const value = integer(query, name);
  return value !== undefined && value > 1e11 && value < LEAST_MICROSECONDS ? value * 1000 : value;
}

function duration(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  const found = parseDuration(text);
  if (found === undefined)
    throw new HttpError(
      400,
      `unable to parse param '${name}': time: invalid duration "${text.slice(0, 40)}"`,
    );
  return found;
}

function tagsOf(query: URLSearchParams): Map<string, string> {
  const found = new Map<string, string>();
  for (const tag of query.getAll('tag')) {
    const colon = tag.indexOf(':');
    if (colon < 0)
      throw new HttpError(
        400,
        `malformed 'tag' parameter, expecting key:value, received: ${tag.slice(0, 100)}`,
      );
    found.set(tag.slice(0, colon), tag.slice(colon + 1));
  }
  for (const text of query.getAll('tags')) {
    let tags: unknown;
    try {
      tags = JSON.parse(text);
    } catch (error) {
      throw new HttpError(
        400,
        `malformed 'tags' parameter, cannot unmarshal JSON: ${(error as Error).message}`,
      );
    }
    for (const [key, value] of Object.entries((tags ?? {}) as object)) {
      if (typeof value !== 'string')
        throw new HttpError(400, `malformed 'tags' parameter, cannot unmarshal JSON: ${key} is no string`);
      found.set(key, value);
    }
  }
  return found;
}
