/**
 * Finds the targets that a loaded file fits: by package name, by an npm alias of it, by file and by version.
 * First station of a span's way: asked once for every module that loads, so that the usual answer, none, costs one look-up.
 */
import { readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { join } from 'node:path';
import { report } from '../diagnostics/log';
import { libraryPath } from './library-path';
import { inRange } from './version-range';

/** What to watch for. */
export interface Target {
  /** Package name as in its package.json. */
  readonly module: string;
  /** The file inside the package, forward slashes; its main file where absent. */
  readonly file?: string;
  /** A range that `inRange` reads. */
  readonly versions: string;
}

/** A package's folder that holds targets, read once. */
interface Copy<T> {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  /** Path inside the package → targets. */
  readonly files: Map<string, T[]>;
}

export interface Match<T> {
  readonly targets: readonly T[];
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly directory: string;
}

/** Folders remembered; an application with more packages than that pays the name look-up again. */
const MOST_FOLDERS = 10_000;

export class TargetIndex<T extends Target> {
  readonly #byName = new Map<string, T[]>();
  /** Folder name → whether it may hold a target; spares the pattern for names seen before. */
  readonly #folders = new Map<string, boolean>();
  readonly #copies = new Map<string, Copy<T> | undefined>();
  readonly #names: RegExp;

  constructor(targets: readonly T[]) {
    for (const target of targets) {
      const list = this.#byName.get(target.module);
      if (list === undefined) this.#byName.set(target.module, [target]);
      else list.push(target);
    }
    // `npm i redis-next@npm:redis@5` puts redis into a folder of another name. Only folders whose name
    // holds a target's name are looked into, so that other packages cost no file read.
    const stems = [...this.#byName.keys()].map((name) => name.replace(/^@/, '').replace(/[^\w/-]/g, '\\$&'));
    this.#names = new RegExp(stems.join('|') || '(?!)');
  }

  /** The names of all targets' packages. */
  names(): string[] {
    return [...this.#byName.keys()];
  }

  /** Whether `filename` is in a package that may hold a target; reads nothing. */
  mayHold(filename: string): boolean {
    const path = libraryPath(filename);
    return path !== undefined && this.#mayHold(path.name);
  }

  /** What `filename` matches; undefined for nearly every file. */
  find(filename: string): Match<T> | undefined {
    const path = libraryPath(filename);
    if (path === undefined || !this.#mayHold(path.name)) return undefined;
    const copy = this.#copy(path.name, path.directory);
    const targets = copy?.files.get(path.file);
    if (copy === undefined || targets === undefined) return undefined;
    return { targets, name: copy.name, version: copy.version, file: path.file, directory: path.directory };
  }

  #mayHold(folder: string): boolean {
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
      const files = new Map<string, T[]>();
      for (const target of targets) {
        if (!inRange(version, target.versions)) {
          report('TA_PATCH_VERSION', { library: name, version, range: target.versions }, directory);
          continue;
        }
        const file = target.file ?? mainFile(directory);
        if (file === undefined) continue;
        const list = files.get(file);
        if (list === undefined) files.set(file, [target]);
        else list.push(target);
      }
      if (files.size > 0) copy = { name, version, directory, files };
    }
    if (this.#copies.size < MOST_FOLDERS) this.#copies.set(directory, copy);
    return copy;
  }
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
