/**
 * One query of mysql2 on its way: its span, its caller's context, and every way in which it can end.
 * Second station of a span's way, beside mysql2.ts.
 */
import { type Context, context, type Span } from '@opentelemetry/api';
import type { Tools } from '../instrumentation';

/** What we read of a connection. */
export interface Connection {
  readonly config?: { host?: unknown; port?: unknown; socketPath?: unknown; database?: unknown };
  /** Undefined or null until the server has greeted. */
  readonly _handshakePacket?: { serverVersion?: unknown } | null;
  readonly _fatalError?: unknown;
  readonly addCommand?: unknown;
  readonly _addCommandClosedState?: unknown;
}

/** By the version that the server greeted with; undefined until it has. */
export function isMariaDB(connection: Connection): boolean | undefined {
  const version = connection._handshakePacket?.serverVersion;
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
  readonly connection: Connection;
  readonly #tools: Tools;

  constructor(connection: Connection, tools: Tools) {
    this.connection = connection;
    this.#tools = tools;
  }

  /** Ends the span with what mysql2 gave its callback. A second call does nothing. Contains its failures. */
  end(error: any, rows: any): void {
    const { span } = this;
    if (span === undefined) return;
    this.span = undefined;
    let reason = error || undefined;
    try {
      if (this.early && isMariaDB(this.connection) === true) span.setAttribute('db.system.name', 'mariadb');
      if (!error) {
        if (this.selects && Array.isArray(rows)) span.setAttribute('db.response.returned_rows', rows.length);
      } else if (typeof error.sqlState === 'string' && typeof error.errno === 'number') {
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

  /**
   * Follows a command that has no callback by what it emits, and lets its listeners run in the caller's context.
   * A listener of ours for 'error' would change what an error does, so its `emit` is covered, on this one object.
   */
  watch(command: any): void {
    const { connection } = this;
    try {
      if (
        connection.addCommand !== undefined &&
        connection.addCommand === connection._addCommandClosedState
      ) {
        // A closed connection takes no command, and only the connection says so. Before 3.13 it returns none.
        this.end(connection._fatalError ?? new Error(), undefined);
        return;
      }
      const emit = command?.emit;
      if (typeof emit !== 'function' || !Object.isExtensible(command)) {
        this.end(undefined, undefined);
        return;
      }
      const query = this;
      const open = this.span === undefined ? undefined : opened(connection);
      open?.add(query);
      Object.defineProperty(command, 'emit', {
        configurable: true,
        writable: true,
        enumerable: false,
        value: function (this: unknown, event: unknown, ...args: unknown[]) {
          if (event === 'end' || event === 'error') {
            open?.delete(query);
            query.end(event === 'error' ? args[0] || true : undefined, undefined);
          }
          return context.with(query.caller, emit, this, event, ...args);
        },
      });
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

function opened(connection: Connection): Set<MysqlQuery> {
  let open = openQueries.get(connection);
  if (open === undefined) {
    open = new Set();
    openQueries.set(connection, open);
  }
  return open;
}
