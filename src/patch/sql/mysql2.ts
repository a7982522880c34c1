/**
 * Patches mysql2 (2.x, 3.x): one CLIENT span for each query or execution, whichever API sent it. The promise API, pools
 * and clusters all come down to a connection's `query`, `execute` and prepared statements.
 * Second station of a span's way, in a chunk that is read when the application loads the library.
 *
 * Bound values are never read: `query` puts them into the text, so the text is taken before it does.
 */
import { context } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { owner } from './method-owner';
import {
  boundLast,
  type Connection,
  commentFirst,
  failOpenQueries,
  isMariaDB,
  MysqlQuery,
} from './mysql-query';
import { type Peer, Peers } from './peer';
import { QueryTexts, startQuery } from './query-text';

const MARK = 'mysql2';
const MYSQL = 'mysql';
const MARIADB = 'mariadb';

interface KnownPeer {
  readonly peer: Peer;
  /** `changeUser` writes another one into the connection's settings. */
  readonly database: unknown;
}

type AnyFunction = (this: any, ...args: any[]) => any;

const texts = new QueryTexts(MYSQL);
const peers = new Peers(3306);
const peerOfConnection = new WeakMap<object, KnownPeer>();

/** For `mysql2/lib/connection.js`, which every way into the library loads. */
export const patch: Patch = (exports, _library, tools) => {
  const { prototype } = exports;
  // From 3.11.5 on the methods are a base class's, which pool connections may extend past this one.
  wrap(owner(prototype, 'query'), 'query', MARK, (original: AnyFunction) => queryOf(original, tools, true));
  wrap(owner(prototype, 'execute'), 'execute', MARK, (original: AnyFunction) =>
    queryOf(original, tools, false),
  );
  wrap(owner(prototype, 'prepare'), 'prepare', MARK, (original: AnyFunction) => prepareOf(original, tools));
  for (const name of ['ping', 'changeUser', 'reset']) {
    wrap(owner(prototype, name), name, MARK, (original: AnyFunction) => boundLast(original, tools));
  }
  wrap(owner(prototype, '_notifyError'), '_notifyError', MARK, (original: AnyFunction) => {
    return function notifyError(this: Connection, ...args: any[]) {
      failOpenQueries(this, args[0]);
      return original.apply(this, args);
    };
  });
};

/** For `mysql2/lib/pool.js`: who waits for a connection of a pool or cluster keeps its context. */
export const patchPool: Patch = (exports, _library, tools) => {
  const pool = owner(exports.prototype, 'getConnection');
  wrap(pool, 'getConnection', MARK, (original: AnyFunction) => boundLast(original, tools));
};

/** @param takesComment false for statements that are prepared */
function queryOf(original: AnyFunction, tools: Tools, takesComment: boolean): AnyFunction {
  return function query(this: Connection, ...args: any[]) {
    const [first, second, third] = args;
    const started = begin(this, first?.sql ?? first, tools);
    if (takesComment && tools.options.sqlComment && started.span)
      commentFirst(args, 'onResult', started.span, tools);
    // Pools hand over a command that they made; its callback is part of it.
    if (typeof first?.onResult === 'function') {
      first.onResult = started.callback(first.onResult);
      return run(original, this, args, started, false);
    }
    // mysql2 takes the second argument for the callback where it is a function, else the third.
    const at = typeof second === 'function' ? 1 : typeof third === 'function' ? 2 : -1;
    if (at !== -1) args[at] = started.callback(args[at]);
    return run(original, this, args, started, at === -1);
  };
}

/** Starts the query's span, where one is wanted. Contains its failures. */
function begin(connection: Connection, sql: unknown, tools: Tools): MysqlQuery {
  const query = new MysqlQuery(connection, tools);
  const under = tools.wanted();
  if (under === undefined) return query;
  try {
    const text = texts.get(typeof sql === 'string' ? sql : '');
    const peer = peerOf(connection);
    query.selects = text.selects;
    query.early = isMariaDB(connection) === undefined;
    query.span = startQuery(tools, text, peer, under);
  } catch (error) {
    tools.fault(error);
  }
  return query;
}

/** Calls mysql2. What it throws at once is the application's, and the end of the span. */
function run(original: AnyFunction, target: unknown, args: any[], query: MysqlQuery, watched: boolean): any {
  let command: any;
  try {
    command = original.apply(target, args);
  } catch (error) {
    query.end(error, undefined);
    throw error;
  }
  if (watched) query.watch(command);
  return command;
}

/** A statement that was prepared by hand runs past the connection's methods: its class is met here. */
function prepareOf(original: AnyFunction, tools: Tools): AnyFunction {
  return function prepare(this: Connection, options: any, callback: any) {
    if (typeof callback !== 'function') return original.apply(this, arguments as never);
    const caller = context.active();
    return original.call(this, options, function (this: unknown, ...args: any[]) {
      patchStatement(args[1], tools);
      return context.with(caller, callback as AnyFunction, this, ...args);
    });
  };
}

function patchStatement(statement: any, tools: Tools): void {
  try {
    if (statement === null || statement === undefined) return;
    wrap(Object.getPrototypeOf(statement), 'execute', MARK, (original: AnyFunction) => {
      return function execute(this: any, ...args: any[]) {
        const query = begin(this._connection, this.query, tools);
        const at = typeof args[0] === 'function' ? 0 : typeof args[1] === 'function' ? 1 : -1;
        if (at !== -1) args[at] = query.callback(args[at]);
        return run(original, this, args, query, at === -1);
      };
    });
  } catch (error) {
    tools.fault(error);
  }
}

function peerOf(connection: Connection): Peer {
  const config = connection.config ?? {};
  const known = peerOfConnection.get(connection);
  if (known !== undefined && known.database === config.database) return known.peer;
  const mariadb = isMariaDB(connection);
  const system = mariadb === true ? MARIADB : MYSQL;
  const path = config.socketPath;
  const peer = peers.get(system, path || config.host, path ? undefined : config.port, config.database);
  if (mariadb !== undefined) peerOfConnection.set(connection, { peer, database: config.database });
  return peer;
}
