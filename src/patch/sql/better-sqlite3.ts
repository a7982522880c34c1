/**
 * Patches better-sqlite3 (8.x to 12.x): one CLIENT span for each run of a statement, each `exec` and each step of a
 * transaction. Second station of a span's way, in a chunk that is read when the application loads the library.
 *
 * The classes that do the work are the native add-on's. It is loaded by the first database, or given to it by the
 * application, so its prototypes are met there.
 */
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import {
  patchStatements,
  recordFailedPrepare,
  rememberStatement,
  runTraced,
  sqlitePeer,
  sqliteQuery,
} from './sqlite-query';

const MARK = 'better-sqlite3';

type AnyFunction = (this: any, ...args: any[]) => any;

export const patch: Patch = (exports, _library, tools) => {
  const { prototype } = exports;
  for (const name of ['prepare', 'transaction', 'pragma']) {
    wrap(prototype, name, MARK, (original: AnyFunction) => {
      return function (this: object) {
        patchAddon(this, tools);
        return original.apply(this, arguments as never);
      };
    });
  }
  wrap(prototype, 'exec', MARK, (original: AnyFunction) => {
    return function exec(this: unknown, sql: unknown) {
      const query = tools.wanted() ? queryOf(this, sql, tools) : undefined;
      if (query === undefined) return original.apply(this, arguments as never);
      return runTraced(original, this, arguments, query, 'none', tools);
    };
  });
};

const known = new WeakSet<object>();

/** Wraps the native class that stands behind `database`, under a symbol of the library's own. Contains its failures. */
function patchAddon(database: object, tools: Tools): void {
  try {
    if (known.has(database)) return;
    known.add(database);
    for (const symbol of Object.getOwnPropertySymbols(database)) {
      const native = (database as any)[symbol];
      if (typeof native?.prepare === 'function') wrapPrepare(Object.getPrototypeOf(native), tools);
    }
  } catch (error) {
    tools.fault(error);
  }
}

function wrapPrepare(prototype: object, tools: Tools): void {
  wrap(prototype, 'prepare', MARK, (original: AnyFunction) => {
    return function prepare(this: unknown, sql: unknown, database: unknown) {
      let statement: any;
      try {
        statement = original.apply(this, arguments as never);
      } catch (error) {
        const query = queryOf(database, sql, tools);
        if (query !== undefined) recordFailedPrepare(query, error, tools);
        throw error;
      }
      try {
        patchStatements(Object.getPrototypeOf(statement), MARK, tools);
        const query = queryOf(database, sql, tools);
        if (query !== undefined) rememberStatement(statement, query);
      } catch (error) {
        tools.fault(error);
      }
      return statement;
    };
  });
}

/** What the spans of `sql` say; undefined for what is no text. Contains its failures. */
function queryOf(database: any, sql: unknown, tools: Tools) {
  try {
    return typeof sql === 'string' ? sqliteQuery(sql, sqlitePeer(database.name)) : undefined;
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}
