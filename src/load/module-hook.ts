/**
 * Sees CommonJS packages load, whoever asks for them: `require`, or an ES module's `import`.
 * First station of a span's way.
 *
 * Node sets `module.loaded`: to false in Module's constructor, and to true as the last act of `Module.prototype.load`,
 * which every CommonJS file passes on its first load (Node 18 to 26). A setter on Module's prototype takes the first
 * for all modules, and stays on those that are of interest for the second. So nothing of ours is on the stack while an
 * application's files run, and its errors print as they would without the agent.
 * What had loaded before the agent is found in Node's cache.
 */
import type { Module as NodeModule } from 'node:module';
import { fault } from '../diagnostics/contain';
import { report } from '../diagnostics/log';
import { Module } from './node-module';
import type { Match, Target, TargetIndex } from './target-index';

/** Patches what a target's file exports; gives what takes its place, which may be the same object. */
export type OnModule<T> = (exports: unknown, match: Match<T>) => unknown;

/** Installs the hook. Returns a function that takes it out again as far as nobody wrapped it since. */
export function hookModules<T extends Target>(index: TargetIndex<T>, onModule: OnModule<T>): () => void {
  const seen = new WeakSet<object>();

  function patched(exports: unknown, filename: string): unknown {
    try {
      const match = index.find(filename);
      if (match === undefined || (isObject(exports) && seen.has(exports))) return exports;
      if (isObject(exports)) seen.add(exports);
      const replaced = onModule(exports, match);
      if (isObject(replaced)) seen.add(replaced);
      return replaced;
    } catch (error) {
      fault('load', error);
      return exports;
    }
  }

  Object.defineProperty(Module.prototype, 'loaded', {
    configurable: true,
    get: () => undefined,
    set(this: NodeModule, value: unknown) {
      if (value !== false) setOwn(this, value);
      else if (typeof this.id === 'string' && index.mayHold(this.id))
        awaitLoaded(this, (module) => replaceExports(module, index, patched));
      else new NotLoaded(this);
    },
  });
  const unhookEarly = hookEarlyModules(index, patched);

  return () => {
    delete (Module.prototype as { loaded?: unknown }).loaded;
    unhookEarly();
  };
}

/** Lets the module look as ever, and patches its exports in the moment in which it has loaded. */
function awaitLoaded(module: NodeModule, onLoaded: (module: NodeModule) => void): void {
  Object.defineProperty(module, 'loaded', {
    configurable: true,
    enumerable: true,
    get: () => false,
    set(this: NodeModule, value: unknown) {
      setOwn(this, value);
      if (value === true && typeof this.filename === 'string') onLoaded(this);
    },
  });
}

/**
 * Patches the exports of a target's file. Those of other files are not even read: undici 7 has some behind a getter,
 * which makes them when they are asked for and takes no others.
 */
function replaceExports(
  module: NodeModule,
  index: TargetIndex<Target>,
  patched: (exports: unknown, filename: string) => unknown,
): void {
  try {
    if (index.find(module.filename) === undefined) return;
    const before: unknown = module.exports;
    const after = patched(before, module.filename);
    if (after !== before) module.exports = after as any;
  } catch (error) {
    fault('load', error);
  }
}

class Returned {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: a derived class's fields are put on what the base returns.
    return object;
  }
}

/** As `setOwn`, for nearly every module of a process: V8 remembers how a field is defined, and `defineProperty` not. */
class NotLoaded extends Returned {
  loaded = false;
}

/** Makes `loaded` the plain property that it is without us. */
function setOwn(module: object, value: unknown): void {
  Object.defineProperty(module, 'loaded', { value, writable: true, enumerable: true, configurable: true });
}

/**
 * Patches what had loaded before the agent (`start()` in code, or an earlier preload): in place, and for what a patch
 * replaces, on every further `require`, which is require-in-the-middle's trade. It costs 10 to 25 µs for each
 * `require` of the process, so it is read and used only where something did load early.
 */
function hookEarlyModules<T extends Target>(
  index: TargetIndex<T>,
  patched: (exports: unknown, filename: string) => unknown,
): () => void {
  const cache = (Module as any)._cache as Record<string, NodeModule | undefined>;
  const early = Object.keys(cache).filter((filename) => index.find(filename) !== undefined);
  if (early.length === 0) return () => {};
  for (const filename of early) {
    const module = cache[filename];
    if (!module?.loaded) continue;
    const before: unknown = module.exports;
    replaceExports(module, index, patched);
    if (module.exports !== before) reportEarly(module, index);
  }
  const { hookRequire } = require('./require-hook') as typeof import('./require-hook');
  return hookRequire(early, patched);
}

/** Whoever required it before holds what the patch has replaced by now. */
function reportEarly(module: NodeModule, index: TargetIndex<Target>): void {
  const match = index.find(module.filename);
  const all = Object.values((Module as any)._cache as Record<string, NodeModule | undefined>);
  const by = all.find((each) => each?.children?.includes(module))?.filename ?? 'the main script';
  report('TA_LOADED_EARLY', { library: match?.name, version: match?.version, by }, match?.directory);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
