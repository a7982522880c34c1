/**
 * Sees libraries that are ES modules, and nothing but these: CommonJS is the module hook's. Installed only where the
 * application has such a library.
 * First station of a span's way.
 *
 * `module.registerHooks` (Node 22.15, 23.5) costs 10 to 25 µs for each module that the process loads, CommonJS too.
 * `module.register`, all that an older Node has, starts a thread that every ES module passes: 60 ms, and 0.3 to 0.5 ms for
 * each module (Node 18 and 20). Hence the look into the node_modules folders, and the setting.
 */
import { Module } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fault } from '../diagnostics/contain';
import { report } from '../diagnostics/log';
import { EsModuleCustomizer, type EsModuleTarget, type Loaded } from './es-module-customizer';
import { NOTICE } from './es-module-source';
import { type EsModuleSearch, esModulesPresent, isEsModule } from './installed-packages';
import type { Match, TargetIndex } from './target-index';

export interface EsModuleOptions extends EsModuleSearch {
  /** The built es-module-thread, absolute. */
  readonly threadFile: string;
}

/** Patches what a target's file exports: in place, or by assigning to `exports` where the target `replaces`. */
type OnEsModule<T> = (exports: object, match: Match<T>) => unknown;

interface Hooks {
  load?(url: string, context: unknown, next: (url: string, context: unknown) => Loaded): Loaded;
  resolve?(
    specifier: string,
    context: { readonly parentURL?: string },
    next: (specifier: string, context: unknown) => { readonly url: string },
  ): { readonly url: string };
}

const node = Module as unknown as {
  registerHooks?(hooks: Hooks): { deregister(): void };
  register?(file: URL | string, options: { readonly data: unknown }): void;
};

/** A loader thread stays until the process ends; one is enough. */
let threadRuns = false;

/** Installs the hook where it is needed. Returns a function that takes it out again. */
export function hookEsModules<T extends EsModuleTarget>(
  targets: readonly T[],
  index: TargetIndex<T>,
  onEsModule: OnEsModule<T>,
  options: EsModuleOptions,
): () => void {
  const present = esModulesPresent(() => targets, options);
  if (present.length === 0) return () => {};
  const { when, mainScript, directory, threadFile } = options;

  if (node.registerHooks !== undefined) {
    const stopListening = listen(index, onEsModule);
    const unhook = hookHere(index, node.registerHooks);
    return () => {
      unhook();
      stopListening();
    };
  }
  if (
    node.register !== undefined &&
    (when === 'on' || isEsModule(mainScript ?? join(directory, 'main.js')))
  ) {
    if (!threadRuns) {
      threadRuns = true;
      const esTargets = targets.filter((target) => target.esm !== undefined);
      // Without their functions, which no thread takes.
      const data = esTargets.map(({ module, esm, versions, elsewhere, exact, replaces }) => ({
        module,
        esm,
        versions,
        elsewhere,
        exact,
        replaces,
      }));
      node.register(pathToFileURL(threadFile), { data });
    }
    return listen(index, onEsModule);
  }
  report('TA_ES_MODULES_UNSEEN', { libraries: present.join(', ') });
  return () => {};
}

/** Takes what changed modules say. */
function listen<T extends EsModuleTarget>(index: TargetIndex<T>, onEsModule: OnEsModule<T>): () => void {
  const seen = new WeakSet<object>();
  const symbol = Symbol.for(NOTICE);
  const notice = (url: string, namespace: object): object | undefined => {
    try {
      if (seen.has(namespace)) return undefined;
      seen.add(namespace);
      const match = index.findEsModule(fileURLToPath(url));
      if (match === undefined) return undefined;
      // A namespace can't be written to; what the wrapper takes its exports from can.
      const replaces = match.targets.some((target) => target.replaces !== undefined);
      const exports = replaces ? Object.assign(Object.create(null), namespace) : namespace;
      return (onEsModule(exports, match) ?? exports) as object;
    } catch (error) {
      fault('load', error);
      return undefined;
    }
  };
  Object.defineProperty(globalThis, symbol, { value: notice, configurable: true });
  return () => {
    if ((globalThis as any)[symbol] === notice) delete (globalThis as any)[symbol];
  };
}

/** In this thread. */
function hookHere(
  index: TargetIndex<EsModuleTarget>,
  registerHooks: NonNullable<typeof node.registerHooks>,
): () => void {
  const hooks = [
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context);
        return customizer.mayChange(url) ? customizer.loaded(url, loaded) : loaded;
      },
    }),
  ];
  const customizer = new EsModuleCustomizer(index, () => {
    hooks.push(
      registerHooks({
        resolve: (specifier, context, next) =>
          customizer.resolved(next(specifier, context), context.parentURL),
      }),
    );
  });
  return () => {
    for (const hook of hooks) hook.deregister();
  };
}
