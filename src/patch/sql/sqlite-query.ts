/**
 * A query to an SQLite database inside of this process: what its spans say, and their end.
 * Second station of a span's way, for better-sqlite3, node:sqlite and sqlite3.
 *
 * Its statements run in the call itself (or, in sqlite3, on a thread): there is no server, no address and no port, and
 * `db.namespace` is the file's path.
 */
import type { Span } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { type Peer, Peers } from './peer';
import { type QueryText, QueryTexts, startQuery } from './query-text';

const SYSTEM = 'sqlite';

/** What a call's result tells of the rows that it returned. */
type Rows = 'none' | 'one' | 'list' | 'iterator';
/** The methods of a statement that run it; the names are the same in better-sqlite3 and node:sqlite. */
export const RUNS: readonly (readonly [name: string, rows: Rows])[] = [
  ['run', 'none'],
  ['get', 'one'],
  ['all', 'list'],
  ['iterate', 'iterator'],
];

/** Primary result codes by number, without `SQLITE_`: https://sqlite.org/rescode.html */
const CODES =
  ' ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB'.split(
    ' ',
  );

export interface SqliteQuery {
  readonly text: QueryText;
  readonly peer: Peer;
}

type AnyFunction = (this: any, ...args: any[]) => any;

const texts = new QueryTexts(SYSTEM);
const peers = new Peers(0);
const queries = new WeakMap<object, SqliteQuery>();

/** @param file its path, a `file:` URI or `:memory:`; anything else means a database without a name */
export function sqlitePeer(file: unknown): Peer {
  // A URI's parameters may hold a key.
  const path = typeof file === 'string' && file.startsWith('file:') ? file.replace(/\?.*$/s, '') : file;
  return peers.get(SYSTEM, undefined, undefined, path);
}

export function sqliteQuery(sql: string, peer: Peer): SqliteQuery {
  return { text: texts.get(sql), peer };
}

/** Keeps for the runs of `statement` what they say. */
export function rememberStatement(statement: object, query: SqliteQuery): void {
  queries.set(statement, query);
}

/** Wraps what runs a remembered statement, once for each prototype. */
export function patchStatements(prototype: object, mark: string, tools: Tools): void {
  for (const [name, rows] of RUNS) {
    wrap(prototype, name, mark, (original: AnyFunction) => {
      return function (this: object) {
        const query = queries.get(this);
        if (query === undefined || !tools.wanted()) return original.apply(this, arguments as never);
        return runTraced(original, this, arguments, query, rows, tools);
      };
    });
  }
}

export function startSqliteSpan({ text, peer }: SqliteQuery, tools: Tools): Span | undefined {
  return startQuery(tools, text, peer);
}

/** Runs `original` in a span that ends with it, or with the iterator that it returns. */
export function runTraced(
  original: AnyFunction,
  target: unknown,
  args: ArrayLike<unknown>,
  query: SqliteQuery,
  rows: Rows,
  tools: Tools,
): unknown {
  const span = startSqliteSpan(query, tools);
  if (span === undefined) return original.apply(target, args as unknown[]);
  let result: unknown;
  try {
    result = original.apply(target, args as unknown[]);
  } catch (error) {
    endSqliteSpan(span, error, undefined, tools);
    throw error;
  }
  if (rows === 'iterator') return watchIterator(result, span, query, tools);
  endSqliteSpan(span, undefined, query.text.selects ? countRows(result, rows) : undefined, tools);
  return result;
}

/** A statement that could not be prepared is a query that failed. Contains its failures. */
export function recordFailedPrepare(query: SqliteQuery, error: unknown, tools: Tools): void {
  const span = tools.wanted() ? startSqliteSpan(query, tools) : undefined;
  if (span !== undefined) endSqliteSpan(span, error, undefined, tools);
}

/** Ends a query's span. Contains its failures. */
export function endSqliteSpan(span: Span, error: unknown, rows: number | undefined, tools: Tools): void {
  let reason = error;
  try {
    if (error) {
      const code = resultCode(error);
      if (code !== undefined) {
        span.setAttribute('db.response.status_code', code);
        reason = { code };
      }
    } else if (rows !== undefined) {
      span.setAttribute('db.response.returned_rows', rows);
    }
  } catch (failure) {
    tools.fault(failure);
  }
  tools.endClientSpan(span, reason);
}

/** The result code's name; node:sqlite gives its number alone, of which the lower byte is the primary code. */
function resultCode(error: any): string | undefined {
  const { code, errcode } = error;
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code;
  const name = typeof errcode === 'number' ? CODES[errcode & 0xff] : undefined;
  return name ? `SQLITE_${name}` : undefined;
}

function countRows(result: unknown, rows: Rows): number | undefined {
  if (rows === 'one') return result === undefined ? 0 : 1;
  return rows === 'list' && Array.isArray(result) ? result.length : undefined;
}

/** Ends the span when the iterator is through, was left or has thrown. It is covered on this one object. */
function watchIterator(iterator: any, span: Span, query: SqliteQuery, tools: Tools): unknown {
  let open = true;
  let rows = 0;
  const end = (error?: unknown) => {
    if (!open) return;
    open = false;
    endSqliteSpan(span, error, query.text.selects ? rows : undefined, tools);
  };
  try {
    for (const name of ['next', 'return']) {
      wrap(iterator, name, 'sqlite', (original: AnyFunction) => {
        return function (this: unknown) {
          let step: any;
          try {
            step = original.apply(this, arguments as never);
          } catch (error) {
            end(error);
            throw error;
          }
          if (name === 'return' || step?.done) end();
          else rows++;
          return step;
        };
      });
    }
  } catch (failure) {
    tools.fault(failure);
    end();
  }
  return iterator;
}
