/**
 * Looks which packages an application has, without loading or resolving any: so that hooks which cost something are
 * installed only for an application that has what they are for.
 * First station of a span's way.
 */
import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { isPresent } from '../diagnostics/presence';

export interface EsModuleSearch {
  /** `auto` looks whether the application has a library that is a target. */
  readonly when: 'auto' | 'on' | 'off';
  /** The main script's path; undefined for a REPL, `node -e` or a worker, where the folder tells. */
  readonly mainScript: string | undefined;
  readonly directory: string;
}

/**
 * Those of `names` that a folder node_modules holds, pnpm's hoisted ones included: beside the main script, in `directory`,
 * or above. All of them under Yarn's Plug'n'Play, which has no such folder.
 * @param names called only where there is such a folder
 */
export function installed(
  names: () => readonly string[],
  mainScript: string | undefined,
  directory: string,
): string[] {
  if ((process.versions as Record<string, string | undefined>).pnp !== undefined) return [...names()];
  const folders = new Set<string>();
  if (mainScript !== undefined && mainScript !== '') addAbove(dirname(mainScript), folders);
  if (directory !== '') addAbove(directory, folders);
  const found = new Set<string>();
  for (const folder of folders) {
    const modules = join(folder, 'node_modules');
    if (!isPresent(modules)) continue;
    for (const name of names()) {
      if (isPresent(join(modules, name)) || isPresent(join(modules, '.pnpm', 'node_modules', name)))
        found.add(name);
    }
  }
  return [...found];
}

/** What the hook for ES modules is installed for; empty where it isn't needed. */
export function esModulesPresent(
  targets: () => readonly { readonly module: string; readonly esm?: string }[],
  { when, mainScript, directory }: EsModuleSearch,
): string[] {
  if (when === 'off') return [];
  const names = () => [
    ...new Set(
      targets()
        .filter(({ esm }) => esm !== undefined)
        .map((target) => target.module),
    ),
  ];
  return when === 'on' ? names() : installed(names, mainScript, directory);
}

/** The folder and those above it. `node node_modules/.bin/x` runs the application around it. */
function addAbove(folder: string, folders: Set<string>): void {
  // Most have none, and V8 spends more on making the expression than on the rest of this function.
  const modules = folder.includes('node_modules') ? folder.search(/[\\/]node_modules(?:[\\/]|$)/) : -1;
  let each = modules === -1 ? folder : folder.slice(0, modules) || folder.slice(0, 1);
  while (!folders.has(each)) {
    folders.add(each);
    each = dirname(each);
  }
}

/** Whether Node runs this file as an ES module, by its name and the nearest package.json. */
export function isEsModule(file: string | undefined): boolean {
  if (file === undefined || file === '') return false;
  const extension = extname(file);
  if (extension === '.mjs' || extension === '.mts') return true;
  if (extension === '.cjs' || extension === '.cts') return false;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (isPresent(manifest)) {
      try {
        return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
      } catch {
        return false;
      }
    }
    if (folder === dirname(folder)) return false;
  }
}
