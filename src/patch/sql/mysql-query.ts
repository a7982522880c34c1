/**
 * One query of a MySQL client on its way: its span, its caller's context, and every way in which it can end.
 * Second station of a span's way, beside mysql.ts, mysql2.ts and mariadb.ts.
 */
import { type Context, context, type Span } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';
import { emitInContext } from './emit-in-context';
import { withCommentIn, withTraceComment } from './sql-comment';

/** What we read of a connection of mysql or mysql2; a connection of mariadb has none of it. */
export interface Connection {
  readonly config?: { host?: unknown; port?: unknown; socketPath?: unknown; database?: unknown };
  /** Undefined or null until the server has greeted; mysql2's. */
  readonly _handshakePacket?: { serverVersion?: unknown } | null;
  /** The same of mysql. */
  readonly _protocol?: { _handshakeInitializationPacket?: { serverVersion?: unknown } | null };
  readonly _fatalError?: unknown;
  readonly addCommand?: unknown;
  readonly _addCommandClosedState?: unknown;
}

/** Numbers from here on are the mariadb client's own; servers stay far below. */
const CLIENT_ERRORS = 45_000;

/** By the version that the server greeted with; undefined until it has. */
export function isMariaDB(connection: Connection): boolean | undefined {
  const greeting = connection._handshakePacket ?? connection._protocol?._handshakeInitializationPacket;
  const version = greeting?.serverVersion;
  return typeof version === 'string' ? version.includes('MariaDB') : undefined;
}

/** Queries without a callback that haven't ended, by connection: mysql2 tells them nothing when it breaks. */
const openQueries = new WeakMap<object, Set<MysqlQuery>>();

export class MysqlQuery {
  readonly caller: Context = context.active();
  /** Undefined where none is wanted, and after its end. */
  span: Span | undefined;
  /** Whether the rows of the result are the rows returned. */
  selects = false;
  /** Whether the query was given to a connection whose server hadn't greeted yet. */
  early = false;
  /** Rows that came one by one. */
  #rows = 0;
  /** Whether none of them is missed. */
  #counts = false;
  readonly connection: Connection;
  readonly #tools: Tools;

  constructor(connection: Connection, tools: Tools) {
    this.connection = connection;
    this.#tools = tools;
  }

  /** Ends the span with what the client gave its callback. A second call does nothing. Contains its failures. */
  end(error: any, rows: any): void {
    const { span } = this;
    if (span === undefined) return;
    this.span = undefined;
    let reason = error || undefined;
    try {
      if (this.early && isMariaDB(this.connection) === true) span.setAttribute('db.system.name', 'mariadb');
      if (!error) {
        const count = Array.isArray(rows) ? rows.length : this.#rows;
        if (this.selects && (count > 0 || this.#counts || Array.isArray(rows)))
          span.setAttribute('db.response.returned_rows', count);
      } else if (isServerError(error)) {
        // The convention's status code for MySQL is the server's number. The system's errors have no SQLSTATE.
        const code = String(error.errno);
        span.setAttribute('db.response.status_code', code);
        reason = { code };
      }
    } catch (failure) {
      this.#tools.fault(failure);
    }
    this.#tools.endClientSpan(span, reason);
  }

  /** The application's callback in its caller's context, after the end of the span. */
  callback(given: (this: any, ...args: any[]) => any): (this: any, ...args: any[]) => any {
    const query = this;
    return function (this: unknown, ...args: any[]) {
      query.end(args[0], args[1]);
      return context.with(query.caller, given, this, ...args);
    };
  }

  /** Counts what a readable stream is filled with: whoever reads it need not listen to 'data'. False for a command. */
  #countPushed(stream: any): boolean {
    const push = stream?.push;
    if (typeof push !== 'function' || typeof stream.read !== 'function' || !Object.isExtensible(stream))
      return false;
    const query = this;
    Object.defineProperty(stream, 'push', {
      configurable: true,
      writable: true,
      enumerable: false,
      value: function (this: unknown, row: unknown, ...rest: unknown[]) {
        if (row !== null) query.#rows++;
        return push.call(this, row, ...rest);
      },
    });
    return true;
  }

  /** Follows a command or stream that has no callback by what it emits; its listeners run in the caller's context. */
  watch(command: any): void {
    const { connection } = this;
    try {
      if (
        connection.addCommand !== undefined &&
        connection.addCommand === connection._addCommandClosedState
      ) {
        // A closed connection of mysql2 takes no command, and only the connection says so. Before 3.13 it returns none.
        this.end(connection._fatalError ?? new Error(), undefined);
        return;
      }
      const open = this.span === undefined ? undefined : opened(connection);
      open?.add(this);
      this.#counts = this.#countPushed(command);
      const covered = emitInContext(command, this.caller, (event, first) => {
        // mysql and mysql2's 'result' is a row, and so is the 'data' of mariadb's commands.
        if (!this.#counts && (event === 'result' || event === 'data')) this.#rows++;
        if (event !== 'end' && event !== 'error' && event !== 'close') return;
        open?.delete(this);
        // The end of mariadb's commands brings the error.
        this.end(event === 'error' ? first || true : first, undefined);
      });
      if (covered) return;
      open?.delete(this);
      this.end(undefined, undefined);
    } catch (failure) {
      this.#tools.fault(failure);
    }
  }
}

/** Ends the queries that a broken connection will never answer. */
export function failOpenQueries(connection: Connection, error: unknown): void {
  const open = openQueries.get(connection);
  if (open === undefined) return;
  openQueries.delete(connection);
  for (const query of open) query.end(error || true, undefined);
}

function isServerError(error: any): boolean {
  return typeof error.sqlState === 'string' && typeof error.errno === 'number' && error.errno < CLIENT_ERRORS;
}

function opened(connection: Connection): Set<MysqlQuery> {
  let open = openQueries.get(connection);
  if (open === undefined) {
    open = new Set();
    openQueries.set(connection, open);
  }
  return open;
}

/** `original` with its callback, which is the last argument, in the caller's context. */
export function boundLast(original: (...args: any[]) => any, tools: Tools): (...args: any[]) => any {
  return function (this: unknown, ...args: any[]) {
    const last = args.length - 1;
    if (typeof args[last] === 'function') args[last] = tools.bind(context.active(), args[last]);
    return original.apply(this, args);
  };
}

/**
 * Puts the trace into the text that a call of mysql or mysql2 was given: in a copy of the application's options, but in
 * place in a query of the library's own, told by its method `own`, since a pool made it. Contains its failures.
 */
export function commentFirst(args: any[], own: string, span: Span, tools: Tools): void {
  try {
    const [first] = args;
    if (typeof first === 'string') args[0] = withTraceComment(first, span);
    else if (typeof first?.[own] !== 'function') args[0] = withCommentIn(first, 'sql', span);
    else if (typeof first.sql === 'string') first.sql = withTraceComment(first.sql, span);
  } catch (error) {
    tools.fault(error);
  }
}
