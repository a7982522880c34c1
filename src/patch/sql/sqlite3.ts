/**
 * Patches sqlite3 (5.1 to 6.x): one CLIENT span for each statement that a database or a prepared statement runs.
 * Second station of a span's way, in a chunk that is read when the application loads the library.
 *
 * Statements run on a thread, and the add-on calls back without any context: every callback runs in its caller's.
 */
import { type Context, context, type Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { endSqliteSpan, type SqliteQuery, sqlitePeer, sqliteQuery, startSqliteSpan } from './sqlite-query';

const MARK = 'sqlite3';

type AnyFunction = (this: any, ...args: any[]) => any;

/** The files of the statements that were prepared by hand; one that a database runs at once is in `running`. */
const fileOfStatement = new WeakMap<object, unknown>();
/** The run that a database's method has begun, until it has returned: the statement's method takes it over. */
let running: Run | undefined;

export const patch: Patch = (exports, _library, tools) => {
  const database = exports.Database.prototype;
  const statement = exports.Statement.prototype;
  for (const name of ['run', 'get', 'all', 'each', 'map']) {
    wrap(database, name, MARK, (original: AnyFunction) => fromDatabase(original, name, tools));
  }
  // `map` runs `all`.
  for (const name of ['run', 'get', 'all', 'each']) {
    wrap(statement, name, MARK, (original: AnyFunction) => fromStatement(original, name, tools));
  }
  wrap(database, 'exec', MARK, (original: AnyFunction) => fromDatabase(original, 'exec', tools));
  wrap(database, 'prepare', MARK, (original: AnyFunction) => {
    return function prepare(this: any, ...args: any[]) {
      const last = args.length - 1;
      const run = new Run('prepare', tools);
      if (typeof args[last] === 'function') args[last] = run.onPrepared(args[last], args[0], this);
      const prepared = original.apply(this, args);
      if (typeof prepared === 'object' && prepared !== null) fileOfStatement.set(prepared, this?.filename);
      return prepared;
    };
  });
  exports.Database = withBoundCallback(exports.Database);
  for (const [target, names] of [
    [database, ['close', 'wait', 'loadExtension', 'backup']],
    [statement, ['bind', 'reset', 'finalize', 'map']],
  ] as const) {
    for (const name of names) {
      wrap(target, name, MARK, (original: AnyFunction) => {
        return function (this: unknown, ...args: any[]) {
          return original.apply(this, bound(args));
        };
      });
    }
  }
};

/** The class, which calls back when the file is open, with that callback in its caller's context. */
function withBoundCallback(Database: any): any {
  return new Proxy(Database, {
    construct: (target, args, newTarget) => Reflect.construct(target, bound(args), newTarget),
  });
}

/** The arguments with what is a function among them in the caller's context. */
function bound(args: any[]): any[] {
  const caller = context.active();
  return args.map((each) =>
    typeof each === 'function' && running?.owns(each) !== true ? within(caller, each) : each,
  );
}

function within(caller: Context, callback: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: any[]) {
    return context.with(caller, callback, this, ...args);
  };
}

/** A method of a database, which makes a statement and gives it the same arguments. */
function fromDatabase(original: AnyFunction, name: string, tools: Tools): AnyFunction {
  return function (this: any, ...args: any[]) {
    const run = new Run(name, tools);
    run.begin(args[0], this);
    return run.call(original, this, args, name === 'exec');
  };
}

function fromStatement(original: AnyFunction, name: string, tools: Tools): AnyFunction {
  return function (this: any, ...args: any[]) {
    if (running !== undefined) return running.take(original, this, args);
    const run = new Run(name, tools);
    run.begin(this, this);
    return run.call(original, this, args, true);
  };
}

/** One run of one statement. */
class Run {
  readonly #name: string;
  readonly #tools: Tools;
  readonly #caller: Context = context.active();
  #query: SqliteQuery | undefined;
  #span: Span | undefined;
  #rows = 0;
  /** The callbacks that we put in the place of the application's, or beside them. */
  readonly #ours: AnyFunction[] = [];

  constructor(name: string, tools: Tools) {
    this.#name = name;
    this.#tools = tools;
  }

  /** Starts the span, where one is wanted. Contains its failures. */
  begin(first: any, target: any): void {
    if (!this.#tools.wanted()) return;
    try {
      const sql = typeof first === 'string' ? first : first?.sql;
      if (typeof sql !== 'string') return;
      const file = fileOfStatement.has(target) ? fileOfStatement.get(target) : target.filename;
      this.#query = sqliteQuery(sql, sqlitePeer(file));
      this.#span = startSqliteSpan(this.#query, this.#tools);
    } catch (error) {
      this.#tools.fault(error);
    }
  }

  /** The callback of a `prepare`: a statement that can't be prepared is a query that failed. */
  onPrepared(given: AnyFunction, sql: unknown, database: any): AnyFunction {
    const run = this;
    return function (this: unknown, ...args: any[]) {
      return context.with(run.#caller, () => {
        if (args[0]) {
          run.begin(sql, database);
          run.#end(args[0]);
        }
        return given.apply(this, args);
      });
    };
  }

  /** Calls the method; `last` where it is the native one, which takes a callback of ours if there is none. */
  call(original: AnyFunction, target: any, args: any[], last: boolean): any {
    const outer = running;
    running = last ? outer : this;
    try {
      this.#cover(args);
      if (last) this.#hear(args);
      return original.apply(target, args);
    } catch (error) {
      this.#end(error);
      throw error;
    } finally {
      running = outer;
    }
  }

  /** The statement's method that a database's method has called. */
  take(original: AnyFunction, statement: any, args: any[]): any {
    if (this.#hear(args)) this.#watchErrors(statement);
    return original.apply(statement, args);
  }

  owns(callback: AnyFunction): boolean {
    return this.#ours.includes(callback);
  }

  /** Puts the application's callbacks into its context, and the end of the span before them. */
  #cover(args: any[]): void {
    const last = args.length - 1;
    const rowsAt = this.#name === 'each' && typeof args[last - 1] === 'function' ? last - 1 : last;
    for (let at = Math.max(rowsAt, 0); at <= last; at++) {
      if (typeof args[at] !== 'function') continue;
      const row = this.#name === 'each' && at === rowsAt;
      args[at] = row ? this.#onRow(args[at]) : this.#onEnd(args[at]);
    }
  }

  #onRow(given: AnyFunction): AnyFunction {
    const run = this;
    return this.#keep(function (this: unknown, ...args: any[]) {
      if (args[0]) run.#end(args[0]);
      else run.#rows++;
      return context.with(run.#caller, given, this, ...args);
    });
  }

  #onEnd(given: AnyFunction): AnyFunction {
    const run = this;
    return this.#keep(function (this: unknown, ...args: any[]) {
      run.#result(args[0], args[1]);
      return context.with(run.#caller, given, this, ...args);
    });
  }

  #keep(callback: AnyFunction): AnyFunction {
    this.#ours.push(callback);
    return callback;
  }

  /** Adds a callback of ours where the application's isn't told of the end. @returns whether it gave none at all */
  #hear(args: any[]): boolean {
    if (this.#span === undefined) return false;
    const run = this;
    const rows = this.#name === 'each';
    const given = args.filter((each, at) => at >= args.length - 2 && typeof each === 'function').length;
    if (given > (rows ? 1 : 0)) return false;
    if (rows && given === 0) {
      // Nothing will tell; a span as long as the call is all there is.
      this.#end(undefined);
      return false;
    }
    args.push(function (this: any, error: unknown, result: unknown) {
      run.#result(error, result);
      // What the add-on does with the error of a statement without a callback.
      if (error && !rows) this.emit('error', error);
    });
    return !rows;
  }

  /** A statement that can't be prepared never runs, and without a callback says so by an event alone. */
  #watchErrors(statement: any): void {
    const run = this;
    wrap(statement, 'emit', MARK, (original: AnyFunction) => {
      return function (this: unknown, event: unknown, error: unknown) {
        if (event === 'error') run.#end(error);
        return original.apply(this, arguments as never);
      };
    });
  }

  #result(error: unknown, result: any): void {
    if (error) this.#end(error);
    else if (this.#name === 'get') this.#end(undefined, result === undefined ? 0 : 1);
    else if (this.#name === 'each') this.#end(undefined, this.#rows);
    else this.#end(undefined, Array.isArray(result) ? result.length : undefined);
  }

  #end(error: unknown, rows?: number): void {
    const span = this.#span;
    if (span === undefined) return;
    this.#span = undefined;
    endSqliteSpan(span, error, this.#query?.text.selects ? rows : undefined, this.#tools);
  }
}
