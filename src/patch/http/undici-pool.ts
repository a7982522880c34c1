/**
 * Keeps the caller's context for a request that waits in a pool of undici's (from npm) for a free connection.
 * Second station of a span's way.
 *
 * Such a request is made when another one ends, and in that one's context: its span would be below a stranger's. The
 * pool hands the same `opts` to its client then, by which its context is found. A client that is alone makes its
 * requests at once, as does the `fetch` of Node itself, whose pools never let one wait.
 */
import { type Context, context } from '@opentelemetry/api';
import type { Patch } from '../instrumentation';
import { wrap } from '../wrap';

/** The callers of requests that a pool has and no client yet. */
const callers = new WeakMap<object, Context>();

/** Patches `PoolBase`, which Pool, BalancedPool and RoundRobinPool extend. */
export const patchPool: Patch = (exports, _library, tools) => {
  const { prototype } = exports.PoolBase;
  wrap(prototype, dispatchOf(prototype), 'undici', (original) => {
    return function dispatch(this: unknown, opts: unknown) {
      try {
        if (typeof opts === 'object' && opts !== null) callers.set(opts, context.active());
      } catch (error) {
        tools.fault(error);
      }
      return original.apply(this, arguments);
    };
  });
};

export const patchClient: Patch = (exports) => {
  const { prototype } = exports;
  wrap(prototype, dispatchOf(prototype), 'undici', (original) => {
    return function dispatch(this: unknown, opts: any) {
      const caller = callers.get(opts);
      if (caller === undefined) return original.apply(this, arguments);
      callers.delete(opts);
      if (caller === context.active()) return original.apply(this, arguments);
      return context.with(caller, applied, undefined, original, this, arguments);
    };
  });
};

function applied(original: (...args: any[]) => unknown, self: unknown, args: IArguments): unknown {
  return original.apply(self, args as any);
}

/** From 5 on the method is under a symbol of undici's own. */
function dispatchOf(prototype: object): PropertyKey {
  const symbols = Object.getOwnPropertySymbols(prototype);
  return symbols.find((symbol) => symbol.description === 'dispatch') ?? 'dispatch';
}
