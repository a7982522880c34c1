/**
 * Patches mariadb (3.x), its promises and its callbacks: one CLIENT span for each query, execution, batch and stream.
 * Second station of a span's way, in a chunk that is read when the application loads the library.
 *
 * From 3.5 on the package is ES modules, and one minified file for `require`. In that no class can be reached by name,
 * so classes are met where `createConnection` and the like give their first object, and patched on their prototypes.
 */
import { type Attributes, context, createContextKey } from '@opentelemetry/api';
import type { Library, Patch, Tools } from '../instrumentation';
import { assign, wrap } from '../wrap';
import { emitInContext } from './emit-in-context';
import { connectionServer, type MariadbServer, serverOf } from './mariadb-server';
import { owner } from './method-owner';
import { boundLast, MysqlQuery } from './mysql-query';
import { observePromise } from './observe-promise';
import { type QueryText, QueryTexts, startQuery } from './query-text';
import { withCommentIn, withTraceComment } from './sql-comment';

const MARK = 'mariadb';

type AnyFunction = (this: any, ...args: any[]) => any;

const texts = new QueryTexts('mysql');
/** Connections and pools. */
const servers = new WeakMap<object, MariadbServer>();
/** Set while an execution of 3.0 runs, which goes through the same prepared statements as the application's. */
const EXECUTES = createContextKey('tracing-agent.mariadb-execute');
/** The connection whose `beginTransaction` is being called: in 3.0 it calls its own `query`. */
let starting: unknown;

/** For `promise.js`, `callback.js` and what they are built into: wraps what gives the first connection, pool, cluster. */
export const patchFactories: Patch = (exports, library, tools) => {
  const cover = new Cover(tools, library);
  // The one file for `require` exports getters, which can't be replaced; the default export is a plain object.
  const open = Object.getOwnPropertyDescriptor(exports, 'createPool')?.get === undefined;
  const copy = open ? exports : copyOf(exports);
  for (const target of new Set([copy, copy.default])) {
    if (typeof target !== 'object' || target === null) continue;
    assign(target, 'createConnection', MARK, (original) => {
      return function createConnection(this: unknown, ...args: any[]) {
        const server = serverOf(args[0]);
        const given = original.apply(this, args);
        if (cover.callbacks) return cover.connection(given, server);
        return given.then((connection: any) => cover.connection(connection, server));
      };
    });
    assign(target, 'createPool', MARK, (original) => {
      return function createPool(this: unknown, ...args: any[]) {
        return cover.pool(original.apply(this, args), serverOf(args[0]));
      };
    });
    assign(target, 'createPoolCluster', MARK, (original) => {
      return function createPoolCluster(this: unknown, ...args: any[]) {
        return cover.cluster(original.apply(this, args));
      };
    });
  }
  return copy;
};

/** For `lib/cluster.js`: the cluster with callbacks hides it. */
export const patchCluster: Patch = (exports, library, tools) => {
  const { prototype } = exports.default ?? exports;
  new Cover(tools, library, false).cluster(prototype, '_createPool');
  new Cover(tools, library, true).cluster(prototype, '_createPoolCallback');
};

function copyOf(exports: any): any {
  const copy = Object.create(Object.getPrototypeOf(exports));
  for (const key of Reflect.ownKeys(exports)) {
    const enumerable = Object.prototype.propertyIsEnumerable.call(exports, key);
    Object.defineProperty(copy, key, { value: exports[key], writable: true, configurable: true, enumerable });
  }
  return copy;
}

/** What a wrapped method sends. */
interface Sends {
  /** The text where it is always the same one. */
  readonly text?: string;
  /** Whether the second argument holds one set of values for each operation. */
  readonly batch?: true;
  readonly takesComment?: true;
}

const CONNECTION: Record<string, Sends> = {
  query: { takesComment: true },
  queryStream: { takesComment: true },
  execute: {},
  batch: { batch: true },
  commit: { text: 'COMMIT' },
  rollback: { text: 'ROLLBACK' },
};
const POOL: Record<string, Sends> = { query: { takesComment: true }, execute: {}, batch: { batch: true } };

/** Wraps the methods of one kind of API, on the objects that it has made. */
class Cover {
  readonly callbacks: boolean;
  readonly #tools: Tools;
  readonly #executesPrepared: boolean;

  constructor(tools: Tools, library: Library, callbacks = library.file.includes('callback')) {
    this.#tools = tools;
    this.callbacks = callbacks;
    this.#executesPrepared = library.version.startsWith('3.0.');
  }

  connection(connection: any, server: MariadbServer): any {
    try {
      servers.set(connection, server);
      this.#methods(connection, CONNECTION);
      if (this.callbacks) {
        for (const name of ['changeUser', 'ping', 'reset', 'end', 'connect']) this.#bound(connection, name);
      } else {
        wrap(owner(connection, 'beginTransaction'), 'beginTransaction', MARK, (original) =>
          this.#begin(original),
        );
      }
      wrap(owner(connection, 'prepare'), 'prepare', MARK, (original) => this.#prepare(original));
    } catch (error) {
      this.#tools.fault(error);
    }
    return connection;
  }

  pool(pool: any, server: MariadbServer): any {
    try {
      servers.set(pool, server);
      this.#methods(pool, POOL);
      wrap(owner(pool, 'getConnection'), 'getConnection', MARK, (original) => this.#getConnection(original));
    } catch (error) {
      this.#tools.fault(error);
    }
    return pool;
  }

  /** @param create the method that makes a node's pool */
  cluster(cluster: any, create = '_createPool'): any {
    const cover = this;
    wrap(owner(cluster, create), create, MARK, (original: AnyFunction) => {
      return function createPool(this: unknown, ...args: any[]) {
        return cover.pool(original.apply(this, args), serverOf(args[0]));
      };
    });
    return cluster;
  }

  #methods(target: any, methods: Record<string, Sends>): void {
    for (const [name, sends] of Object.entries(methods)) {
      wrap(owner(target, name), name, MARK, (original) => this.#traced(original, sends));
    }
  }

  #traced(original: AnyFunction, sends: Sends): AnyFunction {
    const cover = this;
    return function (this: any, ...args: any[]) {
      if (starting === this) return original.apply(this, args);
      return cover.#run(original, this, args, cover.#start(this, args, sends));
    };
  }

  /** Starts the query's span, where one is wanted, and adds its comment. Contains its failures. */
  #start(target: any, args: any[], sends: Sends): MysqlQuery {
    const tools = this.#tools;
    const query = new MysqlQuery({}, tools);
    if (!tools.wanted()) return query;
    try {
      const [first, second] = args;
      const sql = sends.text ?? first?.sql ?? first;
      const text = texts.get(typeof sql === 'string' ? sql : '');
      const values = sends.batch && (first?.values ?? second);
      this.#open(query, target, text, Array.isArray(values) ? values.length : 1);
      if (sends.takesComment && tools.options.sqlComment && query.span) {
        if (typeof first === 'string') args[0] = withTraceComment(first, query.span);
        else args[0] = withCommentIn(first, 'sql', query.span);
      }
    } catch (error) {
      tools.fault(error);
    }
    return query;
  }

  #open(query: MysqlQuery, target: any, text: QueryText, size: number): void {
    const server = servers.get(target);
    const peer = connectionServer(target, server);
    query.selects = text.selects;
    // The conventions take a batch of one for a single operation.
    if (size === 1) query.span = startQuery(this.#tools, text, peer);
    else {
      const name = text.summary !== '' ? `BATCH ${text.summary}` : peer.system;
      query.span = this.#tools.startClientSpan(name, batchOf(text.attributes(peer), size));
    }
  }

  /** Calls mariadb, whose promise, stream, command or callback tells the end. */
  #run(original: AnyFunction, target: any, args: any[], query: MysqlQuery): any {
    const at = this.callbacks ? args.findIndex((each) => typeof each === 'function') : -1;
    if (at !== -1) args[at] = query.callback(args[at]);
    let result: any;
    try {
      result = this.#call(original, target, args, query);
    } catch (error) {
      query.end(error, undefined);
      throw error;
    }
    if (typeof result?.then === 'function') {
      if (query.span === undefined) return result;
      return observePromise(result, (error, value) => query.end(error, rowsOf(value)));
    }
    if (at === -1) query.watch(result);
    else this.#keepContext(result, query);
    return result;
  }

  #call(original: AnyFunction, target: any, args: any[], query: MysqlQuery): any {
    if (!this.#executesPrepared || query.span === undefined) return original.apply(target, args);
    return context.with(context.active().setValue(EXECUTES, true), () => original.apply(target, args));
  }

  /** A command's 'end' comes before its callback, which alone brings the rows. */
  #keepContext(result: any, query: MysqlQuery): void {
    try {
      emitInContext(result, query.caller, () => {});
    } catch (error) {
      this.#tools.fault(error);
    }
  }

  #begin(original: AnyFunction): AnyFunction {
    const cover = this;
    return function beginTransaction(this: any, ...args: any[]) {
      const query = cover.#start(this, args, { text: 'START TRANSACTION' });
      const before = starting;
      starting = this;
      try {
        return cover.#run(original, this, args, query);
      } finally {
        starting = before;
      }
    };
  }

  #getConnection(original: AnyFunction): AnyFunction {
    const cover = this;
    return function getConnection(this: any, ...args: any[]) {
      const server = servers.get(this) ?? serverOf(undefined);
      if (!cover.callbacks) {
        return original.apply(this, args).then((connection: any) => cover.connection(connection, server));
      }
      const [callback] = args;
      if (typeof callback === 'function') {
        const caller = context.active();
        args[0] = function (this: unknown, ...given: any[]) {
          if (given[1]) cover.connection(given[1], server);
          return context.with(caller, callback, this, ...given);
        };
      }
      return original.apply(this, args);
    };
  }

  #prepare(original: AnyFunction): AnyFunction {
    const cover = this;
    return function prepare(this: any, ...args: any[]) {
      const caller = context.active();
      const [, callback] = args;
      if (typeof callback === 'function') {
        args[1] = (...given: any[]) => {
          cover.#prepared(given[1], this);
          return context.with(caller, callback, undefined, ...given);
        };
      }
      const result = original.apply(this, args);
      if (cover.callbacks || typeof result?.then !== 'function') return result;
      return result.then((prepared: any) => {
        cover.#prepared(prepared, this);
        return prepared;
      });
    };
  }

  /** The statement that the application got: others that mariadb makes for itself stay as they are. */
  #prepared(prepared: any, connection: any): void {
    if (typeof prepared !== 'object' || prepared === null) return;
    const cover = this;
    try {
      for (const name of ['execute', 'executeStream']) {
        wrap(prepared, name, MARK, (original: AnyFunction) => {
          return function (this: any, ...args: any[]) {
            if (context.active().getValue(EXECUTES)) return original.apply(this, args);
            const query = cover.#start(connection, args, { text: prepared.query });
            const at = args.findIndex((each) => typeof each === 'function');
            if (at === -1) return cover.#run(original, this, args, query);
            args[at] = query.callback(args[at]);
            return original.apply(this, args);
          };
        });
      }
    } catch (error) {
      this.#tools.fault(error);
    }
  }

  #bound(target: any, name: string): void {
    wrap(owner(target, name), name, MARK, (original: AnyFunction) => boundLast(original, this.#tools));
  }
}

/** Rows carry their columns as `meta`, or come beside them where `metaAsArray` is set. */
function rowsOf(value: any): unknown {
  if (!Array.isArray(value) || (value as { meta?: unknown }).meta !== undefined) return value;
  return Array.isArray(value[0]) && value.length === 2 ? value[0] : undefined;
}

function batchOf(attributes: Attributes, size: number): Attributes {
  const batch: Attributes = { ...attributes, 'db.operation.batch.size': size };
  for (const key of ['db.operation.name', 'db.query.summary']) {
    if (batch[key] !== undefined) batch[key] = `BATCH ${batch[key]}`;
  }
  return batch;
}
