/**
 * Patches tedious (11.x to 19.x), and with it mssql: one CLIENT span for each batch, query, execution and procedure.
 * Second station of a span's way, in a chunk that is read when the application loads the library.
 *
 * A connection's socket belongs to whoever opened it, so a request's callback and events run in its caller's context.
 */
import { type Attributes, type Context, context, type Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { type Peer, Peers } from './peer';
import { QueryTexts, startQuery } from './query-text';

const MARK = 'tedious';
const SYSTEM = 'microsoft.sql_server';
/** Characters of an identifier; a longer name is none. */
const LONGEST_NAME = 255;

type AnyFunction = (this: any, ...args: any[]) => any;
type Method = 'execSql' | 'execSqlBatch' | 'execute' | 'callProcedure' | 'prepare';

const texts = new QueryTexts(SYSTEM);
const peers = new Peers(1433);
/** The database that the server said a connection is in. */
const databaseOf = new WeakMap<object, unknown>();

interface Running {
  span: Span | undefined;
  caller: Context;
  /** Whether the rows of the result are the rows returned. */
  selects: boolean;
}
const running = new WeakMap<object, Running>();

/** For `tedious/lib/connection.js`. */
export const patch: Patch = (exports, _library, tools) => {
  const { prototype } = exports.default ?? exports;
  for (const name of ['execSql', 'execSqlBatch', 'execute', 'callProcedure', 'prepare'] as const) {
    wrap(prototype, name, MARK, (original: AnyFunction) => {
      return function (this: any, request: any) {
        begin(this, request, name, tools);
        try {
          return original.apply(this, arguments as never);
        } catch (error) {
          end(request, error, undefined, tools);
          throw error;
        }
      };
    });
  }
  for (const name of [
    'connect',
    'reset',
    'unprepare',
    'beginTransaction',
    'commitTransaction',
    'rollbackTransaction',
    'saveTransaction',
    'transaction',
  ]) {
    wrap(prototype, name, MARK, (original: AnyFunction) => {
      return function (this: unknown, ...args: any[]) {
        if (typeof args[0] === 'function') args[0] = tools.bind(context.active(), args[0]);
        return original.apply(this, args);
      };
    });
  }
  wrap(prototype, 'emit', MARK, (original: AnyFunction) => {
    return function emit(this: object, event: unknown, value: unknown) {
      if (event === 'databaseChange') databaseOf.set(this, value);
      return original.apply(this, arguments as never);
    };
  });
};

/** Starts the request's span, where one is wanted, and follows the request to its end. Contains its failures. */
function begin(connection: any, request: any, method: Method, tools: Tools): void {
  try {
    if (typeof request?.callback !== 'function' || typeof request.emit !== 'function') return;
    const state = follow(request, tools);
    state.caller = context.active();
    // Preparing is no query; its request runs by `execute`.
    const wanted = method !== 'prepare' && tools.wanted();
    state.span = wanted ? start(state, connection, request, method, tools) : undefined;
  } catch (error) {
    tools.fault(error);
  }
}

function start(
  state: Running,
  connection: any,
  request: any,
  method: Method,
  tools: Tools,
): Span | undefined {
  const text: unknown = request.sqlTextOrProcedure;
  const peer = peerOf(connection);
  if (typeof text !== 'string') return undefined;
  state.selects = false;
  if (method === 'callProcedure') return startProcedure(text, peer, tools);
  const query = texts.get(text);
  state.selects = query.selects;
  return startQuery(tools, query, peer);
}

function startProcedure(name: string, peer: Peer, tools: Tools): Span | undefined {
  const attributes: Attributes = { ...peer.attributes, 'db.operation.name': 'EXECUTE' };
  const summary = name.length <= LONGEST_NAME ? `EXECUTE ${name}` : 'EXECUTE';
  if (name.length <= LONGEST_NAME) attributes['db.stored_procedure.name'] = name;
  attributes['db.query.summary'] = summary;
  return tools.startClientSpan(summary, attributes);
}

/** Covers the request's callback and `emit`, once and on this object. */
function follow(request: any, tools: Tools): Running {
  const known = running.get(request);
  if (known !== undefined) return known;
  const state: Running = { span: undefined, caller: context.active(), selects: false };
  running.set(request, state);
  wrap(request, 'callback', MARK, (original: AnyFunction) => {
    return function (this: unknown, ...args: any[]) {
      end(request, args[0], args[1], tools);
      return context.with(state.caller, original, this, ...args);
    };
  });
  wrap(request, 'emit', MARK, (original: AnyFunction) => {
    return function (this: unknown, ...args: any[]) {
      return context.with(state.caller, original, this, ...args);
    };
  });
  return state;
}

/** Ends the request's span; a second call does nothing. Contains its failures. */
function end(request: any, error: any, rowCount: unknown, tools: Tools): void {
  const state = running.get(request as object);
  const span = state?.span;
  if (state === undefined || span === undefined) return;
  state.span = undefined;
  let reason = error || undefined;
  try {
    if (error) {
      // The server's errors have a number; those of the library a code alone.
      if (typeof error.number === 'number') {
        const code = String(error.number);
        span.setAttribute('db.response.status_code', code);
        reason = { code };
      }
    } else if (state.selects && typeof rowCount === 'number') {
      span.setAttribute('db.response.returned_rows', rowCount);
    }
  } catch (failure) {
    tools.fault(failure);
  }
  tools.endClientSpan(span, reason);
}

function peerOf(connection: any): Peer {
  const { server, options } = connection.config ?? {};
  const database = databaseOf.get(connection) ?? options?.database;
  const instance = options?.instanceName;
  // The convention's name of a database in a named instance.
  const namespace = instance && database ? `${instance}|${database}` : database;
  return peers.get(SYSTEM, server, options?.port, namespace);
}
