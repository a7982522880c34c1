/**
 * Patches pg (8.x) and pg-pool (2.x, 3.x): one CLIENT span for each query that a client takes.
 * Second station of a span's way, in a chunk that is read when the application loads the library.
 *
 * A pool's connections belong to whoever opened them, so pg calls back in the context of some other request:
 * every callback given to us runs in its caller's context, traced or not.
 */
import { type Context, context, type Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { endPgQuery } from './end-pg-query';
import { observePromise } from './observe-promise';
import { type Peer, Peers } from './peer';
import { watchSubmittable } from './pg-submittable';
import { QueryTexts, startQuery } from './query-text';
import { withCommentIn, withTraceComment } from './sql-comment';

const MARK = 'pg';
const SYSTEM = 'postgresql';

/** What we read of a client, of the JavaScript one as well as of the native one. */
interface Client {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly database?: unknown;
  readonly connection?: { readonly parsedStatements?: Record<string, unknown> };
}

type AnyFunction = (this: any, ...args: any[]) => any;

const texts = new QueryTexts(SYSTEM);
const peers = new Peers(5432);
const peerOfClient = new WeakMap<object, Peer>();

/** For `pg/lib/client.js` and `pg/lib/native/client.js`, or the package's main file. */
export const patch: Patch = (exports, _library, tools) => {
  const Client = typeof exports === 'function' ? exports : exports.Client;
  wrap(Client.prototype, 'query', MARK, (original: AnyFunction) => queryOf(original, tools));
};

/** For pg-pool's main file: a callback that waits for a connection keeps its caller's context. */
export const patchPool: Patch = (exports, _library, tools) => {
  const Pool = exports.Pool ?? exports;
  wrap(Pool.prototype, 'connect', MARK, (original: AnyFunction) => {
    return function connect(this: unknown, callback?: unknown) {
      if (typeof callback !== 'function') return original.apply(this, arguments as never);
      return original.call(this, tools.bind(context.active(), callback as AnyFunction));
    };
  });
};

function queryOf(original: AnyFunction, tools: Tools): AnyFunction {
  return function query(this: Client, config: any, values?: any, callback?: any): any {
    if (config === null || config === undefined) return original.apply(this, arguments as never);
    const under = tools.wanted();
    const span = under === undefined ? undefined : start(tools, this, config, under);
    if (typeof config.submit === 'function') {
      watchSubmittable(config, span, tools);
      return callTraced(original, this, arguments, span, tools);
    }
    const query = span !== undefined && tools.options.sqlComment ? commented(tools, config, span) : config;
    // The order in which pg prefers them.
    const given = callback ? callback : typeof values === 'function' ? values : config.callback;
    if (typeof given === 'function') {
      const done = whenDone(given, span, tools, under ?? context.active());
      const args = given === values ? [query, done] : [query, values, done];
      const result = callTraced(original, this, args, span, tools);
      // Before 8.17 pg writes the callback into the application's object; there the application's belongs.
      if (config.callback === done) config.callback = given;
      return result;
    }
    const args = query === config ? arguments : [query, values, callback];
    const result = callTraced(original, this, args, span, tools);
    if (span === undefined) return result;
    return observePromise(result, (error, value) => endPgQuery(tools, span, error, value));
  };
}

/** Calls pg. What pg throws at once is the application's, and the end of the span. */
function callTraced(
  original: AnyFunction,
  client: Client,
  args: ArrayLike<any>,
  span: Span | undefined,
  tools: Tools,
) {
  if (span === undefined) return original.apply(client, args as any[]);
  try {
    return original.apply(client, args as any[]);
  } catch (error) {
    endPgQuery(tools, span, error, undefined);
    throw error;
  }
}

/** Starts a query's span. Contains its failures. */
function start(tools: Tools, client: Client, config: any, under: Context): Span | undefined {
  try {
    const text = texts.get(textOf(client, config));
    return startQuery(tools, text, peerOf(client), under);
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

/** The query with its trace in a comment, unless it is prepared under a name. Contains its failures. */
function commented(tools: Tools, config: any, span: Span): any {
  try {
    if (typeof config === 'string') return withTraceComment(config, span);
    return config.name ? config : withCommentIn(config, 'text', span);
  } catch (error) {
    tools.fault(error);
    return config;
  }
}

function textOf(client: Client, config: any): string {
  if (typeof config === 'string') return config;
  // A QueryStream keeps its text in its cursor; a prepared statement may come by its name alone.
  const text = config.text ?? config.cursor?.text ?? client.connection?.parsedStatements?.[config.name];
  return typeof text === 'string' ? text : '';
}

function peerOf(client: Client): Peer {
  let peer = peerOfClient.get(client);
  if (peer === undefined) {
    peer = peers.get(SYSTEM, client.host, client.port, client.database);
    peerOfClient.set(client, peer);
  }
  return peer;
}

/** The application's callback in its caller's context, after the end of the span. */
function whenDone(given: AnyFunction, span: Span | undefined, tools: Tools, caller: Context): AnyFunction {
  return function (this: unknown, ...args: any[]) {
    if (span !== undefined) endPgQuery(tools, span, args[0], args[1]);
    // To look costs a tenth of what changing it does.
    if (context.active() === caller) return given.apply(this, args);
    return context.with(caller, given, this, ...args);
  };
}
