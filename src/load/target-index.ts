/**
 * Finds the targets that a loaded file fits: by package name, by an npm alias of it, by file and by version.
 * First station of a span's way: asked once for every module that loads, so that the usual answer, none, costs one look-up.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from '../diagnostics/log';
import { isPresent } from '../diagnostics/presence';
import { libraryName, libraryPath } from './library-path';
import { Module } from './node-module';
import { inRange, isAbove, reachesAbove } from './version-range';

/** What to watch for. */
export interface Target {
  /** Package name as in its package.json. */
  readonly module: string;
  /** The file inside the package, forward slashes; its main file where neither this nor `esm` is given. */
  readonly file?: string;
  /** In its place, a file that is an ES module. */
  readonly esm?: string;
  /** A range that `inRange` reads. */
  readonly versions: string;
  /** Versions that targets of another package see to, so that they aren't said to be untraced. */
  readonly elsewhere?: string;
  /** Versions above `versions` are no match; else they are, as `newer`. */
  readonly exact?: true;
}

/** A package's folder that holds targets, read once. */
interface Copy<T> {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  readonly newer: boolean;
  /** Path inside the package → targets. */
  readonly files: Map<string, T[]>;
  /** The same for files that are ES modules. */
  readonly esFiles: Map<string, T[]>;
}

export interface Match<T> {
  readonly targets: readonly T[];
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly directory: string;
  /** Newer than all versions of its targets. */
  readonly newer: boolean;
}

/** Folders remembered; an application with more packages than that pays the name look-up again. */
const MOST_FOLDERS = 10_000;

export class TargetIndex<T extends Target> {
  readonly #byName = new Map<string, T[]>();
  /** Folder name → whether it may hold a target; spares the pattern for names seen before. */
  readonly #folders = new Map<string, boolean>();
  readonly #copies = new Map<string, Copy<T> | undefined>();
  #names = /(?!)/;

  readonly #tell: typeof report;
  /** Until the first question. */
  #targets: (() => readonly T[]) | undefined;

  /**
   * @param targets or a function that gives them, called when a package's file is asked for
   * @param tell says which versions are not known
   */
  constructor(targets: readonly T[] | (() => readonly T[]), tell = report) {
    this.#tell = tell;
    if (typeof targets === 'function') this.#targets = targets;
    else this.#fill(targets);
  }

  #fill(targets: readonly T[]): void {
    this.#targets = undefined;
    for (const target of targets) {
      const list = this.#byName.get(target.module);
      if (list === undefined) this.#byName.set(target.module, [target]);
      else list.push(target);
    }
    // `npm i redis-next@npm:redis@5` puts redis into a folder of another name. Only folders whose name
    // holds a target's name are looked into, so that other packages cost no file read. `@hapi/hapi` is a hapi.
    const stems = [...this.#byName.keys()].map((name) =>
      name.replace(/^@(?:([^/]+)\/(?=\1$))?/, '').replace(/[^\w/-]/g, '\\$&'),
    );
    this.#names = new RegExp(stems.join('|') || '(?!)');
  }

  /** The names of all targets' packages. */
  names(): string[] {
    if (this.#targets !== undefined) this.#fill(this.#targets());
    return [...this.#byName.keys()];
  }

  /** Whether `filename` is in a package that may hold a target; reads nothing. */
  mayHold(filename: string): boolean {
    const name = libraryName(filename);
    return name !== undefined && this.#mayHold(name);
  }

  /** What `filename`, of a CommonJS module, matches; undefined for nearly every file. */
  find(filename: string): Match<T> | undefined {
    return this.#find(filename, 'files');
  }

  /** What `filename`, of an ES module, matches. */
  findEsModule(filename: string): Match<T> | undefined {
    return this.#find(filename, 'esFiles');
  }

  /** The names of packages that files were looked up in, traced or not. */
  seen(): string[] {
    return [...this.#copies.values()].flatMap((copy) => copy?.name ?? []);
  }

  #find(filename: string, kind: 'files' | 'esFiles'): Match<T> | undefined {
    const path = libraryPath(filename);
    if (path === undefined || !this.#mayHold(path.name)) return undefined;
    const copy = this.#copy(path.name, path.directory);
    const targets = copy?.[kind].get(path.file);
    if (copy === undefined || targets === undefined) return undefined;
    const { name, version, newer } = copy;
    return { targets, name, version, file: path.file, directory: path.directory, newer };
  }

  #mayHold(folder: string): boolean {
    // This package's own files are no library.
    if (folder === 'tracing-agent') return false;
    if (this.#targets !== undefined) this.#fill(this.#targets());
    let known = this.#folders.get(folder);
    if (known === undefined) {
      known = this.#byName.has(folder) || this.#names.test(folder);
      if (this.#folders.size < MOST_FOLDERS) this.#folders.set(folder, known);
    }
    return known;
  }

  #copy(folder: string, directory: string): Copy<T> | undefined {
    if (this.#copies.has(directory)) return this.#copies.get(directory);
    let copy: Copy<T> | undefined;
    const { name = folder, version = '' } = readPackage(directory);
    const targets = this.#byName.get(name);
    if (targets !== undefined) {
      const fitting = targets.filter((target) => inRange(version, target.versions));
      if (fitting.length > 0)
        copy = { name, version, directory, newer: false, ...filesOf(fitting, directory) };
      else if (!targets.some(({ elsewhere }) => elsewhere !== undefined && inRange(version, elsewhere))) {
        const above = newestOf(targets, version);
        if (above.some((target) => isThere(target, directory)))
          copy = { name, version, directory, newer: true, ...filesOf(above, directory) };
        reportVersion(this.#tell, { library: name, version, directory }, targets, copy !== undefined);
      }
    }
    if (this.#copies.size < MOST_FOLDERS) this.#copies.set(directory, copy);
    return copy;
  }
}

/** Those that were written for the versions nearest below `version`, which is above all of them. */
function newestOf<T extends Target>(targets: readonly T[], version: string): T[] {
  const ranges = targets.flatMap(({ versions, elsewhere = versions }) => [versions, elsewhere]);
  return targets.filter(
    ({ versions, exact }) =>
      !exact && isAbove(version, versions) && !ranges.some((range) => reachesAbove(range, versions)),
  );
}

function isThere({ esm, file = esm }: Target, directory: string): boolean {
  return file === undefined || isPresent(join(directory, file));
}

/** Tells once for each copy. One that is newer than all we know is what a user upgraded to, and may miss. */
function reportVersion(
  tell: typeof report,
  copy: { readonly library: string; readonly version: string; readonly directory: string },
  targets: readonly Target[],
  isTried: boolean,
): void {
  const ranges = [...new Set(targets.map((target) => target.versions))];
  const isNewer = ranges.every((range) => isAbove(copy.version, range));
  const outcome = isTried ? 'it is patched where it still looks the same, but untested' : 'it runs untraced';
  const code = isNewer ? 'TA_PATCH_NEWER' : 'TA_PATCH_VERSION';
  tell(code, { ...copy, range: ranges.join(' || '), outcome }, copy.directory);
}

function filesOf<T extends Target>(
  targets: readonly T[],
  directory: string,
): Pick<Copy<T>, 'files' | 'esFiles'> {
  const files = new Map<string, T[]>();
  const esFiles = new Map<string, T[]>();
  for (const target of targets) {
    const file = target.esm ?? target.file ?? mainFile(directory);
    if (file === undefined) continue;
    const map = target.esm === undefined ? files : esFiles;
    const list = map.get(file);
    if (list === undefined) map.set(file, [target]);
    else list.push(target);
  }
  return { files, esFiles };
}

function readPackage(directory: string): { name?: string; version?: string } {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  } catch {
    return {};
  }
}

/** The file that `require` gives for the package's folder. */
function mainFile(directory: string): string | undefined {
  try {
    const resolved = (Module as any)._resolveFilename(directory, null, false) as string;
    return libraryPath(resolved)?.file;
  } catch {
    return undefined;
  }
}
