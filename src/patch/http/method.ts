/**
 * Names an HTTP method for a span: methods that nobody defined must not make names without end.
 * Second station of a span's way. https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
import type { Attributes } from '@opentelemetry/api';
import { cut } from './url';

/** What `http.request.method` says of a method that nobody has defined. */
const OTHER = '_OTHER';
/** Characters of such a method that are recorded. */
const MOST_CHARACTERS = 64;

const KNOWN = new Set(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE']);

/** The span's name as long as no route is known, and the part before the route. */
export function methodName(method: string): string {
  return KNOWN.has(method) ? method : 'HTTP';
}

/** Writes `http.request.method`, and the original where it is not a known one. */
export function setMethod(attributes: Attributes, method: string): void {
  if (KNOWN.has(method)) {
    attributes['http.request.method'] = method;
  } else {
    attributes['http.request.method'] = OTHER;
    attributes['http.request.method_original'] = cut(method, MOST_CHARACTERS);
  }
}

/** The same as keys and values in turn, a new array. */
export function methodPairs(method: string): unknown[] {
  return KNOWN.has(method)
    ? ['http.request.method', method]
    : ['http.request.method', OTHER, 'http.request.method_original', cut(method, MOST_CHARACTERS)];
}
