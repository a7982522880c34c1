/**
 * Patches PGlite (PostgreSQL as WebAssembly in this process; 0.2 to 0.5): one CLIENT span for each query.
 * Second station of a span's way, in a chunk that is read when the application loads the library.
 */
import type { Span } from '@opentelemetry/api';
import type { Patch, Tools } from '../instrumentation';
import { wrap } from '../wrap';
import { endPgQuery } from './end-pg-query';
import { observePromise } from './observe-promise';
import { Peers } from './peer';
import { QueryTexts, startQuery } from './query-text';

const MARK = 'pglite';
const SYSTEM = 'postgresql';

type AnyFunction = (this: any, ...args: any[]) => any;

const texts = new QueryTexts(SYSTEM);
const peers = new Peers(5432);

/** `sql`, the method for templates, comes down to `query`, but not in a transaction. */
export const patch: Patch = (exports, _library, tools) => {
  const { prototype } = exports.PGlite;
  const base = Object.hasOwn(prototype, 'query') ? prototype : Object.getPrototypeOf(prototype);
  for (const name of ['query', 'exec']) {
    wrap(base, name, MARK, (original: AnyFunction) => queryOf(original, undefined, tools));
  }
  wrap(base, 'transaction', MARK, (original: AnyFunction) => {
    return function transaction(this: any, work: unknown) {
      if (typeof work !== 'function') return original.apply(this, arguments as never);
      const database = this;
      return original.call(this, function (this: unknown, steps: any) {
        patchSteps(steps, database, tools);
        return work.apply(this, arguments);
      });
    };
  });
};

/** The object that a transaction's function gets has methods of its own. Contains its failures. */
function patchSteps(steps: any, database: object, tools: Tools): void {
  try {
    for (const name of ['query', 'sql', 'exec']) {
      wrap(steps, name, MARK, (original: AnyFunction) => queryOf(original, database, tools));
    }
  } catch (error) {
    tools.fault(error);
  }
}

function queryOf(original: AnyFunction, database: object | undefined, tools: Tools): AnyFunction {
  return function (this: any, first: unknown) {
    const span = tools.wanted() ? start(database ?? this, first, tools) : undefined;
    if (span === undefined) return original.apply(this, arguments as never);
    let result: any;
    try {
      result = original.apply(this, arguments as never);
    } catch (error) {
      endPgQuery(tools, span, error, undefined);
      throw error;
    }
    return observePromise(result, (error, value) => endPgQuery(tools, span, error, value));
  };
}

/** Starts a query's span; none for what is no query. Contains its failures. */
function start(database: any, first: unknown, tools: Tools): Span | undefined {
  try {
    // A template's parts, between which its values are bound.
    const sql = Array.isArray(first) ? first.join('?') : first;
    if (typeof sql !== 'string') return undefined;
    return startQuery(tools, texts.get(sql), peers.get(SYSTEM, undefined, undefined, database.dataDir));
  } catch (error) {
    tools.fault(error);
    return undefined;
  }
}
