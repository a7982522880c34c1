/**
 * Patches postgres (postgres.js, 3.x), its CommonJS and its ES modules: one CLIENT span for each query that is sent.
 * Second station of a span's way, in a chunk that is read when the application loads the library.
 *
 * A query is a promise that is sent when somebody first asks for its result, through `handle`: there its span begins.
 * It ends with the query's own `resolve` and `reject`, which the connection calls. Fragments are queries that are
 * never sent themselves, so they have no span.
 */
import { type Context, context, type Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { assign, wrap } from '../wrap';
import { emitInContext } from './emit-in-context';
import { endPgQuery } from './end-pg-query';
import { type Peer, Peers } from './peer';
import { type QueryText, QueryTexts, startQuery } from './query-text';
import { withTraceComment } from './sql-comment';

const MARK = 'postgres';
const SYSTEM = 'postgresql';

type AnyFunction = (this: any, ...args: any[]) => any;

/** What we read and cover of a query. */
interface Query {
  /** Of a template, frozen; of `unsafe`, one text; of `file`, empty until the file is read. */
  strings: readonly string[];
  readonly args: readonly unknown[];
  readonly tagged: boolean;
  readonly executed: boolean;
  readonly cancelled: unknown;
  readonly handler: AnyFunction;
  /** Shared by all queries of one `postgres(…)`, those of its transactions too. */
  readonly canceller: object | null;
  readonly options: { prepare?: unknown };
  /** The text as it was sent, fragments in place. */
  readonly string?: unknown;
  /** COPY: the result is a stream, and the query goes on. */
  readonly streaming?: unknown;
  resolve: AnyFunction;
  reject: AnyFunction;
  cursorFn?: AnyFunction;
  forEachFn?: AnyFunction;
}

const texts = new QueryTexts(SYSTEM);
const peers = new Peers(5432);
const nowhere: Peer = { system: SYSTEM, attributes: { 'db.system.name': SYSTEM } };
const peerOfCanceller = new WeakMap<object, Peer>();
/** By a template's strings, which are one object for one place in the code. */
const textOfTemplate = new WeakMap<object, QueryText>();
const sent = new WeakMap<object, SentQuery>();

/** For `query.js`, whose class both kinds of modules export by name. */
export const patchQuery: Patch = (exports, _library, tools) => {
  wrap(exports.Query.prototype, 'handle', MARK, (original: AnyFunction) => {
    return function handle(this: Query) {
      follow(this, tools);
      return original.apply(this, arguments as never);
    };
  });
};

/** For `index.js`: what `postgres(…)` gives knows the server of its queries. */
export const patchFactory: Patch = (exports) => {
  const holder = typeof exports === 'function' ? { default: exports } : exports;
  assign(holder, 'default', MARK, (original: AnyFunction) => {
    return function postgres(this: unknown, ...args: any[]) {
      const sql = original.apply(this, args);
      remember(sql);
      return sql;
    };
  });
  return holder === exports ? undefined : holder.default;
};

/** Learns the server from a query that is never sent. */
function remember(sql: any): void {
  try {
    const { host, port, path, database } = sql.options;
    // Of several hosts only the connection knows which one it took.
    const address = path || (host.length === 1 ? host[0] : undefined);
    const peer = peers.get(SYSTEM, address, path ? undefined : port[0], database);
    peerOfCanceller.set(sql.unsafe('').canceller, peer);
  } catch {
    // Its queries' spans don't name the server then.
  }
}

/** Called each time somebody asks for the query's result. Contains its failures. */
function follow(query: Query, tools: Tools): void {
  try {
    let known = sent.get(query);
    if (known === undefined) {
      // Cancelled before it was asked for: it is never sent. A handler of that name is a connection's own, which
      // asks for the server's types when it opens.
      if (query.executed || query.cancelled || query.handler.name === 'execute') return;
      known = new SentQuery(query, tools);
      sent.set(query, known);
    }
    known.cover(query);
  } catch (error) {
    tools.fault(error);
  }
}

class SentQuery {
  readonly #tools: Tools;
  readonly #caller: Context = context.active();
  #span: Span | undefined;
  /** Whether the text is known only when it has been sent. */
  #late = false;
  #resolve: AnyFunction | undefined;
  #reject: AnyFunction | undefined;
  #cursor: AnyFunction | undefined;
  #forEach: AnyFunction | undefined;

  constructor(query: Query, tools: Tools) {
    this.#tools = tools;
    const under = tools.wanted();
    if (under === undefined) return;
    const text = this.#textOf(query);
    const peer = (query.canceller && peerOfCanceller.get(query.canceller)) || nowhere;
    this.#span = this.#late
      ? tools.startClientSpan(text.summary !== '' ? text.summary : SYSTEM, { ...peer.attributes })
      : startQuery(tools, text, peer, under);
    // A template is prepared unless the settings say no, which a query can't tell.
    if (tools.options.sqlComment && this.#span && !query.tagged && query.options.prepare === false) {
      const [given] = query.strings;
      if (typeof given === 'string') query.strings = [withTraceComment(given, this.#span)];
    }
  }

  /** A cursor's iterator puts new functions in the place of ours for each of its steps. */
  cover(query: Query): void {
    if (this.#span !== undefined && query.resolve !== this.#resolve) {
      const { resolve } = query;
      query.resolve = this.#resolve = (result) => {
        this.#result(query, result);
        return resolve(result);
      };
    }
    if (this.#span !== undefined && query.reject !== this.#reject) {
      const { reject } = query;
      query.reject = this.#reject = (error) => {
        this.#end(query, error, undefined);
        return reject(error);
      };
    }
    // Rows arrive by a socket that knows nothing of who asked.
    if (typeof query.cursorFn === 'function' && query.cursorFn !== this.#cursor) {
      query.cursorFn = this.#cursor = this.#tools.bind(this.#caller, query.cursorFn);
    }
    if (typeof query.forEachFn === 'function' && query.forEachFn !== this.#forEach) {
      query.forEachFn = this.#forEach = this.#tools.bind(this.#caller, query.forEachFn);
    }
  }

  /** `FROM ${sql(table)}` takes its place only when it is sent; until then a placeholder stands for it. */
  #textOf(query: Query): QueryText {
    const { strings, args } = query;
    if (!query.tagged) {
      this.#late = strings.length === 0;
      return texts.get(typeof strings[0] === 'string' ? strings[0] : '');
    }
    this.#late = args.some((each) => typeof each === 'object' && each !== null);
    let text = textOfTemplate.get(strings);
    if (text === undefined) {
      let joined = strings[0]!;
      for (let at = 1; at < strings.length; at++) joined += `$${at}${strings[at]}`;
      text = texts.get(joined);
      textOfTemplate.set(strings, text);
    }
    return text;
  }

  #result(query: Query, result: any): void {
    if (query.streaming && typeof result?.pipe === 'function') {
      try {
        emitInContext(result, this.#caller, () => {});
      } catch (error) {
        this.#tools.fault(error);
      }
      return;
    }
    this.#end(query, undefined, query.cursorFn === undefined ? result : undefined);
  }

  #end(query: Query, error: unknown, result: unknown): void {
    const span = this.#span;
    if (span === undefined) return;
    this.#span = undefined;
    try {
      if (this.#late && typeof query.string === 'string') {
        const text = texts.get(query.string);
        span.setAttributes(text.attributes(nowhere));
        if (text.summary !== '') span.updateName(text.summary);
      }
    } catch (failure) {
      this.#tools.fault(failure);
    }
    endPgQuery(this.#tools, span, error, result);
  }
}
