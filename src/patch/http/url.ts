/**
 * Takes URLs apart by hand, hides what may be secret in them and bounds their length.
 * Second station of a span's way: used for every HTTP span, so no URL object is made.
 */
import type { PatchOptions } from '../instrumentation';

/** Longest path, query or whole URL recorded, in characters; Jaeger's UI shows no more of it at a glance anyway. */
const MOST_CHARACTERS = 1024;
/** A longer key of a query is rather a value. */
const MOST_KEY_CHARACTERS = 64;

/** `text`, cut after `most` characters. */
export function cut(text: string, most = MOST_CHARACTERS): string {
  return text.length > most ? text.slice(0, most) : text;
}

/** Where a request target's path begins: after scheme and authority of an absolute form, else at 0. */
export function pathStart(target: string): number {
  if (target.charCodeAt(0) === SLASH) return 0;
  const authority = target.indexOf('://');
  if (authority === -1) return 0;
  const slash = target.indexOf('/', authority + 3);
  return slash === -1 ? target.length : slash;
}

const SLASH = 0x2f;

/** A request target's path, whole. */
export function pathOf(target: string): string {
  const start = pathStart(target);
  const mark = target.indexOf('?', start);
  const path = mark === -1 ? target.slice(start) : target.slice(start, mark);
  return path === '' ? '/' : path;
}

/** What becomes of query strings. */
type QueryRules = Pick<PatchOptions, 'urlQuery' | 'urlQueryVisible' | 'urlQueryRedacted'>;

/**
 * What may be recorded of a query string (without `?`); undefined for nothing. `redact` keeps keys: `a=REDACTED`.
 * A part without `=` may be a token, so it is hidden as well.
 */
export function recordedQuery(query: string, rules: QueryRules): string | undefined {
  const mode = rules.urlQuery;
  if (mode === 'drop' || query === '') return undefined;
  const text = cut(query);
  if (mode === 'keep' && !rules.urlQueryRedacted?.size) return text;
  let result = '';
  for (let at = 0; at <= text.length; ) {
    let end = text.indexOf('&', at);
    if (end === -1) end = text.length;
    const equals = text.indexOf('=', at);
    const named = equals !== -1 && equals < end;
    const key = named ? text.slice(at, equals) : '';
    if (at > 0) result += '&';
    if (mode === 'keep') {
      result += named && isRedacted(key, rules) ? `${key}=REDACTED` : text.slice(at, end);
    } else if (named && key.length <= MOST_KEY_CHARACTERS) {
      const shown = rules.urlQueryVisible?.has(key) && !isRedacted(key, rules);
      result += shown ? text.slice(at, end) : `${key}=REDACTED`;
    } else if (end > at) {
      result += 'REDACTED';
    }
    at = end + 1;
  }
  return result;
}

function isRedacted(key: string, { urlQueryRedacted: redacted }: QueryRules): boolean {
  if (redacted === undefined || redacted.size === 0) return false;
  if (redacted.has(key)) return true;
  if (!key.includes('%')) return false;
  try {
    return redacted.has(decodeURIComponent(key));
  } catch {
    // No valid encoding: whoever reads it decides what it means, so it is hidden.
    return true;
  }
}

/**
 * A client's `url.full`: `origin` (`http://host:port`) and the request target, which may be an absolute URL where
 * the request goes to a proxy. User and password are never part of it.
 */
export function fullUrl(origin: string, target: string, rules: QueryRules): string {
  let base = origin;
  let rest = target;
  const start = pathStart(target);
  if (start > 0) {
    base = withoutUserinfo(target.slice(0, start));
    rest = target.slice(start);
  }
  const hash = rest.indexOf('#');
  if (hash !== -1) rest = rest.slice(0, hash);
  const mark = rest.indexOf('?');
  if (mark === -1) return base + cut(rest);
  const query = recordedQuery(rest.slice(mark + 1), rules);
  const path = base + cut(rest.slice(0, mark));
  return query === undefined ? path : `${path}?${query}`;
}

/** `scheme://user:password@host` without `user:password@`. */
export function withoutUserinfo(origin: string): string {
  const at = origin.lastIndexOf('@');
  const authority = origin.indexOf('://');
  return at === -1 || authority === -1 ? origin : origin.slice(0, authority + 3) + origin.slice(at + 1);
}

/** A `Host` header's name without port and brackets. */
export function hostName(host: string): string {
  const end = host.charCodeAt(0) === BRACKET ? host.indexOf(']') + 1 : host.indexOf(':');
  const name = end > 0 ? host.slice(0, end) : host;
  return cut(name.charCodeAt(0) === BRACKET ? name.slice(1, -1) : name, 255);
}

/** A `Host` header's port; undefined where it names none. */
export function hostPort(host: string): number | undefined {
  const colon = host.lastIndexOf(':');
  if (colon === -1 || colon < host.indexOf(']')) return undefined;
  const port = Number(host.slice(colon + 1));
  return port > 0 && port < 65536 ? port : undefined;
}

const BRACKET = 0x5b;
