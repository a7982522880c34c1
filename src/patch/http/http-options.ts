/**
 * The settings for HTTP in the form in which requests are compared with them, made once for each agent.
 * Second station of a span's way: asked for each request, at the cost of one comparison where nothing is set.
 */
import { type Attributes, type Span, TraceFlags } from '@opentelemetry/api';
import type { PatchOptions } from '../instrumentation';
import { cut } from './url';

/** Reads one header of a message, whatever form its headers have. */
type ReadHeader<M> = (message: M, name: string) => unknown;

export interface HttpOptions {
  readonly serverRequest: CapturedHeaders | undefined;
  readonly serverResponse: CapturedHeaders | undefined;
  readonly clientRequest: CapturedHeaders | undefined;
  readonly clientResponse: CapturedHeaders | undefined;
  readonly timings: boolean;
  /** The header of a server's answer that names the trace. */
  readonly responseHeader: string | undefined;
  /** Whether a server answers this request without a span. `path` has no query. */
  ignores(method: string, path: string): boolean;
}

/** By the options that the instrumentations share; each agent makes new ones. */
const prepared = new WeakMap<PatchOptions, HttpOptions>();

/** The settings for HTTP among `options`; undefined where none of them is set. */
export function httpOptions(options: PatchOptions): HttpOptions | undefined {
  if (options.http === undefined) return undefined;
  let known = prepared.get(options);
  if (known === undefined) {
    known = prepare(options.http);
    prepared.set(options, known);
  }
  return known;
}

function prepare(settings: NonNullable<PatchOptions['http']>): HttpOptions {
  const methods = new Set(settings.ignoredMethods);
  const ignoresPath = settings.matcher(settings.ignoredPaths);
  const captured = (names: readonly string[], prefix: string) =>
    names.length > 0 ? new CapturedHeaders(names, prefix, settings.matcher) : undefined;
  return {
    serverRequest: captured(settings.captureServerRequestHeaders, 'http.request.header.'),
    serverResponse: captured(settings.captureServerResponseHeaders, 'http.response.header.'),
    clientRequest: captured(settings.captureClientRequestHeaders, 'http.request.header.'),
    clientResponse: captured(settings.captureClientResponseHeaders, 'http.response.header.'),
    timings: settings.httpTimings,
    responseHeader: settings.responseHeader,
    ignores: (method, path) => methods.has(method) || ignoresPath(path),
  };
}

/** Headers that hold credentials: recorded where a setting names them exactly, never for a `*`. */
const SECRET =
  /^(?:authorization|proxy-authorization|cookie|set-cookie|set-cookie2|www-authenticate|proxy-authenticate)$|auth|token|secret|password|credential|session|api-?key|csrf|xsrf|signature/;
/** Bounds of one header's values, and of how many headers one pattern brings. */
const MOST_VALUES = 16;
const MOST_HEADERS = 64;

/** The headers of one kind that are recorded. */
export class CapturedHeaders {
  readonly #exact: readonly string[];
  readonly #matches: ((value: unknown) => boolean) | undefined;
  readonly #prefix: string;

  /** @param names lower-case names, `*` standing for any characters */
  constructor(
    names: readonly string[],
    prefix: string,
    matcher: NonNullable<PatchOptions['http']>['matcher'],
  ) {
    const patterns = names.filter((name) => name.includes('*'));
    this.#exact = names.filter((name) => !name.includes('*'));
    this.#matches = patterns.length > 0 ? matcher(patterns) : undefined;
    this.#prefix = prefix;
  }

  /**
   * Adds what is to be recorded of `message` to `attributes`.
   * @param names of all the headers that the message has; asked for only where a pattern is set
   */
  add<M>(
    attributes: Attributes,
    message: M,
    read: ReadHeader<M>,
    names: (message: M) => Iterable<string>,
  ): Attributes {
    for (const name of this.#exact) this.#record(attributes, name, read(message, name));
    const matches = this.#matches;
    if (matches === undefined) return attributes;
    let left = MOST_HEADERS;
    for (const each of names(message)) {
      const name = String(each).toLowerCase();
      if (name[0] === ':' || SECRET.test(name) || !matches(name)) continue;
      if (left-- === 0) break;
      this.#record(attributes, name, read(message, name));
    }
    return attributes;
  }

  #record(attributes: Attributes, name: string, value: unknown): void {
    if (value === undefined || value === null) return;
    const list = Array.isArray(value) ? value : [value];
    attributes[this.#prefix + name] = list.slice(0, MOST_VALUES).map((each) => cut(String(each)));
  }
}

/** Names a sampled trace in the answer, for whoever asks for the trace of a response. */
export function nameTrace(options: HttpOptions | undefined, response: Answer, span: Span): void {
  const name = options?.responseHeader;
  if (name === undefined || response.headersSent) return;
  const { traceId, traceFlags } = span.spanContext();
  if ((traceFlags & TraceFlags.SAMPLED) !== 0) response.setHeader(name, traceId);
}

/** A response of HTTP/1 or of HTTP/2's compatibility interface. */
interface Answer {
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
}
