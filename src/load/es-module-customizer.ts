/**
 * The hooks on an ES module's way in: which file is changed, and how. Used by `module.registerHooks` on the main
 * thread, and by the loader thread of a Node that doesn't have it.
 * First station of a span's way.
 */
import { fileURLToPath } from 'node:url';
import { fault } from '../diagnostics/contain';
import { noticed, ORIGINAL, replaceable } from './es-module-source';
import type { Target, TargetIndex } from './target-index';

export interface EsModuleTarget extends Target {
  /** The exports that others may take the place of. */
  readonly replaces?: readonly string[];
}

/** What Node's `load` gives. */
export interface Loaded {
  readonly format?: string | null;
  readonly source?: string | ArrayBuffer | NodeJS.ArrayBufferView | null;
}

export class EsModuleCustomizer {
  readonly #index: TargetIndex<EsModuleTarget>;
  /** URLs of files that are wrapped, each with its package's folder. */
  readonly #wrapped = new Map<string, string>();
  readonly #onWrapped: () => void;

  /** @param onWrapped told before the first file is wrapped: from then on `resolved` must see each resolution. */
  constructor(index: TargetIndex<EsModuleTarget>, onWrapped: () => void = () => {}) {
    this.#index = index;
    this.#onWrapped = onWrapped;
  }

  /** Whether `loaded` is of interest for this URL. Asked for every module; reads nothing. */
  mayChange(url: string): boolean {
    return this.#index.mayHold(url) && url.startsWith('file:') && !url.endsWith(ORIGINAL);
  }

  /** What takes the place of what Node loaded; the same object for all but a library's own file. Never throws. */
  loaded<L extends Loaded>(url: string, loaded: L): L {
    try {
      if (loaded.format !== 'module' || loaded.source === null || loaded.source === undefined) return loaded;
      const match = this.#index.findEsModule(fileURLToPath(url));
      if (match === undefined) return loaded;
      const source = text(loaded.source);
      const replaces = match.targets.flatMap((target) => target.replaces ?? []);
      if (replaces.length > 0) {
        const wrapper = replaceable(source, url, [...new Set(replaces)]);
        if (wrapper !== undefined) {
          if (this.#wrapped.size === 0) this.#onWrapped();
          this.#wrapped.set(url, match.directory);
          return { ...loaded, source: wrapper };
        }
      }
      return { ...loaded, source: noticed(source, url) };
    } catch (error) {
      fault('load', error);
      return loaded;
    }
  }

  /**
   * Gives a package's own files the original of a wrapped one: in a cycle within the package the wrapper would not have
   * run yet.
   */
  resolved<R extends { readonly url: string }>(resolved: R, parentUrl: string | undefined): R {
    try {
      const directory = this.#wrapped.get(resolved.url);
      if (directory === undefined || parentUrl === undefined || !parentUrl.startsWith('file:'))
        return resolved;
      const parent = fileURLToPath(parentUrl);
      const inside = parent.startsWith(directory) && !parent.slice(directory.length).includes('node_modules');
      return inside && /^[\\/]/.test(parent.slice(directory.length))
        ? { ...resolved, url: resolved.url + ORIGINAL }
        : resolved;
    } catch (error) {
      fault('load', error);
      return resolved;
    }
  }
}

function text(source: string | ArrayBuffer | NodeJS.ArrayBufferView): string {
  if (typeof source === 'string') return source;
  return new TextDecoder().decode(source as Uint8Array);
}
