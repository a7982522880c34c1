/**
 * The shape of a patch: what the loader hands to a library's chunk, and what the chunk may use.
 * Second station of a span's way: between `load` (a library was seen) and `record` (a span is started).
 */
import type { Attributes, Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import type { Config, Detail, UrlQueryMode } from '../config/config';

/** One copy of a library as the loader found it. */
export interface Library {
  /** The package's name, or a built-in's name without `node:`. */
  readonly name: string;
  /** From the package's own package.json; Node's version for a built-in. */
  readonly version: string;
  /** Path inside the package with forward slashes (`lib/client.js`); empty for a built-in. */
  readonly file: string;
  /** The package's folder, absolute; empty for a built-in. */
  readonly directory: string;
  /** Newer than all versions that the patch was tested with. */
  readonly newer?: boolean;
}

/** Settings that patches read; resolved once at start. */
export interface PatchOptions {
  /** `redact` keeps a query string's keys and hides its values, `keep` records it whole, `drop` leaves it out. */
  readonly urlQuery: UrlQueryMode;
  /** Whether web frameworks' handlers, or their middleware and hooks as well, have spans of their own; not if absent. */
  readonly detail?: Detail;
  /** What the setting `instrumentationOptions` has for this instrumentation. */
  readonly own?: Readonly<Record<string, unknown>>;
  /** Whether SQL clients write the trace into a comment behind each query's text. */
  readonly sqlComment?: boolean;
  /** Keys of a query string whose values `redact` shows. */
  readonly urlQueryVisible?: ReadonlySet<string>;
  /** Keys of a query string whose values are hidden in every mode. */
  readonly urlQueryRedacted?: ReadonlySet<string>;
  /** The settings for HTTP alone; undefined where none of them is set. */
  readonly http?: HttpSettings | undefined;
}

type HttpSettings = Pick<
  Config,
  | 'captureServerRequestHeaders'
  | 'captureServerResponseHeaders'
  | 'captureClientRequestHeaders'
  | 'captureClientResponseHeaders'
  | 'ignoredMethods'
  | 'ignoredPaths'
  | 'httpTimings'
  | 'responseHeader'
> & {
  /** Makes a test for patterns in which `*` stands for any text; linear, since what it meets comes from requests. */
  readonly matcher: (patterns: readonly string[]) => (value: unknown) => boolean;
};

/** What `Tools.tracer` takes beyond the API's options. */
export interface SharedOptions extends SpanOptions {
  /** Attributes of the span's own in place of `attributes`: keys and values in turn, a new array for each span. */
  readonly list?: unknown[] | undefined;
  /**
   * Attributes that many spans begin with: the same object each time, which nobody changes, without the keys of `list`.
   * They are encoded once; those that serve a single span would cost more than attributes of its own.
   */
  readonly shared?: Attributes | undefined;
}

/** What a patch works with. Every method contains its own failures. */
export interface Tools {
  readonly tracer: Tracer;
  readonly options: PatchOptions;
  /** No agent runs, or this instrumentation was disabled. For what begins a trace; others ask `wanted`. */
  readonly off: boolean;
  /**
   * The active context, if a span is wanted under it; undefined while the agent itself works (suppressed), after
   * this instrumentation was disabled, and below an unsampled parent when the sampler follows parents.
   * Ask first; where it is undefined, call the original at once and do nothing else.
   */
  wanted(): Context | undefined;
  /**
   * Starts a CLIENT span. Undefined where it failed; then only call the original.
   * @param attributes becomes the span's own, which writes into it: a new object for each call. They are not checked:
   *   a value that is undefined would be sent as that word
   * @param shared as in `SharedOptions`
   * @param under the active context, where it is known; to ask for it costs a fifth of a span's start
   */
  startClientSpan(
    name: string,
    attributes: Attributes | undefined,
    shared?: Attributes,
    under?: Context,
  ): Span | undefined;
  /**
   * Ends a span of whatever kind: with an error, sets `error.type` and status ERROR, never the message (it may hold
   * values).
   */
  endClientSpan(span: Span, error?: unknown): void;
  /** Returns `callback` running in `context` (the caller's), for clients that call back from a shared socket. */
  bind<F extends (...args: any[]) => unknown>(context: Context, callback: F): F;
  /**
   * Reports a failure inside the patch: counted, and said at most once a minute. Ten of them disable the
   * instrumentation, unless ten times as many spans have ended well: what the application gave may be what failed.
   */
  fault(error: unknown): void;
}

/** Patches `exports` in place, or returns what takes their place. A throw leaves the library as it was. */
export type Patch = (exports: any, library: Library, tools: Tools) => unknown;
