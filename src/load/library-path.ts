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

/** Where in a path the package's name begins and ends. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly separator: string;
}

/** Undefined for a file that is not below a node_modules folder, such as the application's own. */
export function libraryPath(filename: string): LibraryPath | undefined {
  const place = placeOf(filename);
  if (place === undefined) return undefined;
  const { end, separator } = place;
  const file = filename.slice(end + 1);
  return {
    name: nameAt(filename, place),
    directory: filename.slice(0, end),
    file: separator === '/' ? file : file.replaceAll('\\', '/'),
  };
}

/** The path's package alone: asked for every module that loads. */
export function libraryName(filename: string): string | undefined {
  const place = placeOf(filename);
  return place === undefined ? undefined : nameAt(filename, place);
}

function placeOf(filename: string): Place | undefined {
  const at = filename.lastIndexOf(FOLDER);
  if (at < 1) return undefined;
  const separator = filename[at + FOLDER.length];
  if ((separator !== '/' && separator !== '\\') || filename[at - 1] !== separator) return undefined;
  const start = at + FOLDER.length + 1;
  let end = filename.indexOf(separator, start);
  if (end !== -1 && filename[start] === '@') end = filename.indexOf(separator, end + 1);
  return end === -1 ? undefined : { start, end, separator };
}

function nameAt(filename: string, { start, end, separator }: Place): string {
  const name = filename.slice(start, end);
  return separator === '/' ? name : name.replaceAll('\\', '/');
}
