/**
 * Patches mysql (2.x): one CLIENT span for each query, by a connection, a pool or a cluster; those come down to a
 * connection's `query`. Second station of a span's way, in a chunk that is read when the application loads the library.
 *
 * Bound values are never read: mysql puts them into the text, so the text is taken before it does.
 */
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { boundLast, type Connection, commentFirst, isMariaDB, MysqlQuery } from './mysql-query';
import { type Peer, Peers } from './peer';
import { QueryTexts, startQuery } from './query-text';

const MARK = 'mysql';
const MYSQL = 'mysql';
const MARIADB = 'mariadb';

type AnyFunction = (this: any, ...args: any[]) => any;

const texts = new QueryTexts(MYSQL);
const peers = new Peers(3306);
/** Query objects that have their span. */
const followed = new WeakSet<object>();

/** For `mysql/lib/Connection.js`. */
export const patch: Patch = (exports, _library, tools) => {
  const { prototype } = exports;
  wrap(prototype, 'query', MARK, (original: AnyFunction) => {
    return function query(this: Connection, ...args: any[]) {
      const [first] = args;
      const started = begin(this, first, tools);
      if (tools.options.sqlComment && started.span) commentFirst(args, 'emit', started.span, tools);
      let sequence: any;
      try {
        sequence = original.apply(this, args);
      } catch (error) {
        started.end(error, undefined);
        throw error;
      }
      follow(sequence, started, tools);
      return sequence;
    };
  });
  // From 2.2 on they come down to `query`.
  for (const name of ['beginTransaction', 'commit', 'rollback']) {
    wrap(prototype, name, MARK, (original: AnyFunction) => {
      return function (this: Connection, ...args: any[]) {
        const sequence = original.apply(this, args);
        if (!isFollowed(sequence)) follow(sequence, begin(this, sequence, tools), tools);
        return sequence;
      };
    });
  }
  for (const name of ['ping', 'changeUser', 'statistics']) {
    wrap(prototype, name, MARK, (original: AnyFunction) => boundLast(original, tools));
  }
};

/** For `mysql/lib/Pool.js`: who waits for a connection of a pool or cluster keeps its context. */
export const patchPool: Patch = (exports, _library, tools) => {
  wrap(exports.prototype, 'getConnection', MARK, (original: AnyFunction) => boundLast(original, tools));
};

/** Starts the query's span, where one is wanted. Contains its failures. */
function begin(connection: Connection, first: any, tools: Tools): MysqlQuery {
  const query = new MysqlQuery(connection, tools);
  const under = tools.wanted();
  if (under === undefined) return query;
  try {
    const sql = typeof first === 'string' ? first : first?.sql;
    const text = texts.get(typeof sql === 'string' ? sql : '');
    const mariadb = isMariaDB(connection);
    const peer = peerOf(connection, mariadb === true ? MARIADB : MYSQL);
    query.selects = text.selects;
    query.early = mariadb === undefined;
    query.span = startQuery(tools, text, peer, under);
  } catch (error) {
    tools.fault(error);
  }
  return query;
}

/**
 * Ends the span with the query that mysql has just taken; no answer can be there yet. Query objects call their
 * callback between 'error' and 'end', so it is covered too.
 */
function follow(sequence: any, query: MysqlQuery, tools: Tools): void {
  try {
    if (isFollowed(sequence)) {
      query.end(undefined, undefined);
      return;
    }
    if (typeof sequence === 'object' && sequence !== null) followed.add(sequence);
    if (typeof sequence?._callback === 'function') sequence._callback = query.callback(sequence._callback);
  } catch (error) {
    tools.fault(error);
  }
  query.watch(sequence);
}

function isFollowed(sequence: unknown): boolean {
  return typeof sequence === 'object' && sequence !== null && followed.has(sequence);
}

function peerOf(connection: Connection, system: string): Peer {
  const { host, port, socketPath, database } = connection.config ?? {};
  return peers.get(system, socketPath || host, socketPath ? undefined : port, database);
}
