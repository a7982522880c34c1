/**
 * Reads from a file's path which package it belongs to.
 * First station of a span's way: how the load hook recognises a library without reading any file.
 */

interface LibraryPath {
  /** The package's folder name under node_modules, with its scope: `@redis/client`. */
  readonly name: string;
  /** The package's folder, absolute. */
  readonly directory: string;
  /** Path inside the package, forward slashes: `lib/index.js`. */
  readonly file: string;
}

const FOLDER = 'node_modules';

/** Undefined for a file that is not below a node_modules folder, such as the application's own. */
export function libraryPath(filename: string): LibraryPath | undefined {
  const at = filename.lastIndexOf(FOLDER);
  if (at < 1) return undefined;
  const separator = filename[at + FOLDER.length];
  if ((separator !== '/' && separator !== '\\') || filename[at - 1] !== separator) return undefined;
  const start = at + FOLDER.length + 1;
  let end = filename.indexOf(separator, start);
  if (end !== -1 && filename[start] === '@') end = filename.indexOf(separator, end + 1);
  if (end === -1) return undefined;
  const name = filename.slice(start, end);
  const file = filename.slice(end + 1);
  return {
    name: separator === '/' ? name : name.replaceAll('\\', '/'),
    directory: filename.slice(0, end),
    file: separator === '/' ? file : file.replaceAll('\\', '/'),
  };
}
