/**
 * The loader thread's side of seeing ES modules, for a Node without `module.registerHooks` (before 22.15): Node reads
 * this file there, and what it changes is what the main thread runs.
 * First station of a span's way.
 */
import { EsModuleCustomizer, type EsModuleTarget, type Loaded } from './es-module-customizer';
import { TargetIndex } from './target-index';

let customizer = new EsModuleCustomizer(new TargetIndex([]));

export function initialize(targets: readonly EsModuleTarget[]): void {
  // The main thread sees the same files, and speaks of them.
  customizer = new EsModuleCustomizer(new TargetIndex(targets, () => {}));
}

export async function load(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => Promise<Loaded>,
): Promise<Loaded> {
  const loaded = await next(url, context);
  return customizer.mayChange(url) ? customizer.loaded(url, loaded) : loaded;
}

export async function resolve(
  specifier: string,
  context: { readonly parentURL?: string },
  next: (specifier: string, context: unknown) => Promise<{ readonly url: string }>,
): Promise<{ readonly url: string }> {
  return customizer.resolved(await next(specifier, context), context.parentURL);
}
