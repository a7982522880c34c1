/**
 * The project's own source as the contract tests look at it: each file's text, its opening, and whom it imports.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { repository } from './cache';

export interface SourceFile {
  /** From the folder that was asked for, with forward slashes: `send/batch/span-batcher.ts`. */
  path: string;
  text: string;
  /** The text without comments. */
  code: string;
  imports: Import[];
}
export interface Import {
  /** A path from the same folder without extension for a file of ours, else the package or built-in. */
  target: string;
  ours: boolean;
  typeOnly: boolean;
}

/** The files below a folder of the repository, without what is installed. */
export function sourceFiles(folder: string, extension = /\.tsx?$/): SourceFile[] {
  const top = join(repository, folder);
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extension.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((absolute) => !absolute.includes(`node_modules${sep}`))
    .map((absolute) => {
      const path = relative(top, absolute).replaceAll(sep, '/');
      const text = readFileSync(absolute, 'utf8');
      const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
      return { path, text, code, imports: importsOf(path, code) };
    });
}

/** The doc comment that a file begins with; empty where it has none. */
export function openingComment(file: SourceFile): string {
  return /^\/\*\*[\s\S]*?\*\//.exec(file.text)?.[0] ?? '';
}

/** `import … from`, `export … from`, `import '…'`, `import('…')` and `require('…')`. */
function importsOf(path: string, code: string): Import[] {
  const found: Import[] = [];
  const add = (source: string, typeOnly: boolean) => {
    const ours = source.startsWith('.');
    const target = ours ? posix.join(posix.dirname(path), source) : source;
    found.push({ target, ours, typeOnly });
  };
  for (const [, type, names, source] of code.matchAll(
    /\b(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s*['"]([^'"]+)['"]/g,
  )) {
    const named = /^\{([\s\S]*)\}$/.exec(names!)?.[1];
    const allTypes = named?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
    add(source!, type !== undefined || allTypes === true);
  }
  for (const [, source] of code.matchAll(/(?:^|[^.\w'"/])(?:import|require)\s*\(?\s*['"]([^'"]+)['"]/g))
    add(source!, false);
  return found;
}
