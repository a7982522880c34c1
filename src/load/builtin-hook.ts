/**
 * Sees Node's own modules load, without loading any: http from CommonJS, ES modules or Node itself.
 * First station of a span's way.
 *
 * `require('http')` costs 4 to 5 ms that a script without HTTP must not pay, and an ES module's
 * `import 'node:http'` passes no hook at all on Node 18 and 20. But http and undici create their
 * diagnostics channels while they load, through the public `diagnostics_channel.channel`, on every
 * version from 18 to 26: that call is the notice; for modules without a channel, load-list.ts hears it. Nothing of
 * ours stays on the stack of what the application loads.
 */
import { EventEmitter } from 'node:events';
import { contained, fault } from '../diagnostics/contain';
import { watchLoadList } from './load-list';
import { Module } from './node-module';

interface BuiltinTarget {
  /** The built-in's name without `node:`. */
  readonly module: string;
  /** The diagnostics channel that is created while the module loads; absent where it creates none. */
  readonly channel?: string;
  /** Its entry in `process.moduleLoadList`, which tells that it has loaded. */
  readonly loaded: string;
  /**
   * Names of the classes whose first instance means that the module has loaded, for a patch that needs its exports;
   * empty for one that doesn't.
   */
  readonly classes: readonly string[];
}

/** Called once for each target: with the module's exports, or undefined where none are needed. */
type OnBuiltin<T> = (exports: unknown, target: T) => void;

/**
 * Installs the notice; it goes by itself once every target was seen.
 * @returns a function that takes it out, as far as nobody wrapped it since
 */
export function hookBuiltins<T extends BuiltinTarget>(
  targets: readonly T[],
  onBuiltin: OnBuiltin<T>,
): () => void {
  const quiet = targets.filter(
    (target) => target.channel === undefined && Module.isBuiltin(`node:${target.module}`),
  );
  const unwatchList = watchLoadList(
    quiet.map((target) => target.loaded),
    (name) => {
      for (const target of quiet) if (target.loaded === name) onBuiltin(builtin(target.module), target);
    },
  );
  const waiting = new Map<string | undefined, T>();
  for (const target of targets) if (target.channel !== undefined) waiting.set(target.channel, target);
  const loading = new Set<T>();
  // The object that Node's own modules call `channel` on, not an ES module's copy of its names.
  const dc = require('node:diagnostics_channel') as typeof import('node:diagnostics_channel');
  const original = dc.channel;

  function hand(target: T): void {
    loading.delete(target);
    if (loading.size === 0) unwatch();
    if (!waiting.delete(target.channel)) return;
    if (waiting.size === 0) remove();
    try {
      onBuiltin(target.classes.length > 0 ? builtin(target.module) : undefined, target);
    } catch (error) {
      fault('load', error);
    }
  }

  function channel(this: unknown, name: string | symbol) {
    const result = Reflect.apply(original, this, arguments as any);
    const target = waiting.get(name as string);
    if (target !== undefined && !loading.has(target)) {
      if (target.classes.length > 0) {
        // The module is in the middle of its own evaluation, and must not be required now. An ES module that imports
        // it runs at least one microtask later; a CommonJS caller may make its first request or server sooner.
        loading.add(target);
        emitter.init = init;
        queueMicrotask(contained('load', () => hand(target)));
      } else {
        hand(target);
      }
    }
    return result;
  }

  // Every emitter's constructor calls this, those of http among them; watched for the rest of one tick at most.
  const emitter = EventEmitter as unknown as { init: (options?: unknown) => void };
  const originalInit = emitter.init;
  function init(this: object): void {
    Reflect.apply(originalInit, this, arguments as any);
    try {
      const name = this.constructor?.name;
      for (const target of [...loading]) if (target.classes.includes(name)) hand(target);
    } catch (error) {
      // Anything may be made an emitter, a proxy that throws as well.
      fault('load', error);
    }
  }

  function unwatch(): void {
    if (emitter.init === init) emitter.init = originalInit;
  }

  function remove(): void {
    if (dc.channel === channel) (dc as any).channel = original;
    unwatch();
  }

  (dc as any).channel = channel;
  const list: readonly string[] = (process as any).moduleLoadList ?? [];
  for (const target of targets) if (target.channel && list.includes(target.loaded)) hand(target);
  return () => {
    unwatchList();
    remove();
  };
}

/** Node's own module, also where a test has put a mock in the way of `require`. */
function builtin(name: string): unknown {
  const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown };
  return getBuiltinModule?.(`node:${name}`) ?? require(`node:${name}`);
}
