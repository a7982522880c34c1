/**
 * Patches node:sqlite (Node 22.5 and later): one CLIENT span for each run of a statement and each `exec`.
 * Second station of a span's way, in a chunk that is read when the application loads the module.
 */
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import type { Peer } from './peer';
import {
  patchStatements,
  RUNS,
  recordFailedPrepare,
  rememberStatement,
  runTraced,
  sqlitePeer,
  sqliteQuery,
} from './sqlite-query';

const MARK = 'node:sqlite';

type AnyFunction = (this: any, ...args: any[]) => any;

const peerOfDatabase = new WeakMap<object, Peer>();

export const patch: Patch = (exports, _library, tools) => {
  const { prototype } = exports.DatabaseSync;
  patchStatements(exports.StatementSync.prototype, MARK, tools);
  wrap(prototype, 'prepare', MARK, (original: AnyFunction) => {
    return function prepare(this: object, sql: unknown) {
      let statement: any;
      try {
        statement = original.apply(this, arguments as never);
      } catch (error) {
        const query = queryOf(this, sql, tools);
        if (query !== undefined) recordFailedPrepare(query, error, tools);
        throw error;
      }
      const query = queryOf(this, sql, tools);
      if (query !== undefined) rememberStatement(statement, query);
      return statement;
    };
  });
  wrap(prototype, 'exec', MARK, (original: AnyFunction) => {
    return function exec(this: object, sql: unknown) {
      const query = tools.wanted() ? queryOf(this, sql, tools) : undefined;
      if (query === undefined) return original.apply(this, arguments as never);
      return runTraced(original, this, arguments, query, 'none', tools);
    };
  });
  // Since 24.9. Its statements are the module's own, and pass none of the methods above.
  wrap(prototype, 'createTagStore', MARK, (original: AnyFunction) => {
    return function createTagStore(this: object) {
      const store = original.apply(this, arguments as never);
      patchTagStore(store, this, tools);
      return store;
    };
  });
};

/** What the spans of `sql` say; undefined for what is no text, or no open database. Contains its failures. */
function queryOf(database: any, sql: unknown, tools: Tools) {
  try {
    if (typeof sql !== 'string' || !database.isOpen) return undefined;
    return sqliteQuery(sql, peerOf(database));
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}

function peerOf(database: any): Peer {
  let peer = peerOfDatabase.get(database);
  if (peer === undefined) {
    // Since 22.16; null for a database in memory.
    const file = typeof database.location === 'function' ? (database.location() ?? ':memory:') : undefined;
    peer = sqlitePeer(file);
    peerOfDatabase.set(database, peer);
  }
  return peer;
}

/** The methods of a tag store take a template's parts, between which its values are bound. */
function patchTagStore(store: any, database: object, tools: Tools): void {
  try {
    for (const [name, rows] of RUNS) {
      wrap(store, name, MARK, (original: AnyFunction) => {
        return function (this: object, parts: unknown) {
          const wanted = tools.wanted() && Array.isArray(parts);
          const query = wanted ? queryOf(database, parts.join('?'), tools) : undefined;
          if (query === undefined) return original.apply(this, arguments as never);
          return runTraced(original, this, arguments, query, rows, tools);
        };
      });
    }
  } catch (error) {
    tools.fault(error);
  }
}
