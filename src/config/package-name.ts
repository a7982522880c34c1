/**
 * Finds the name of the application's package: the service's name where none is set.
 * Beside a span's way: one step of resolution, taken only then, as it reads files.
 */
import { dirname, join } from 'node:path';

interface PackageName {
  readonly value: string;
  /** The package.json's path. */
  readonly file: string;
}

/** Reads a file as text; undefined where there is none; throws where it can't be read. */
export type ReadFile = (path: string) => string | undefined;

/**
 * Looks in the main script's folder and upwards for the first package.json that has a name.
 * @param mainScript absolute; without one (a REPL, `node -e`) the search begins at `directory`
 */
export function findPackageName(
  mainScript: string | undefined,
  directory: string,
  readFile: ReadFile,
): PackageName | undefined {
  let folder = applicationFolder(
    mainScript === undefined || mainScript === '' ? directory : dirname(mainScript),
  );
  for (;;) {
    const file = join(folder, 'package.json');
    const value = nameIn(file, readFile);
    if (value !== undefined) return { value, file };
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/** `node node_modules/.bin/next` runs the application around it, not the package `next`. */
function applicationFolder(folder: string): string {
  // Most have none, and V8 spends more on making the expression than on all else here.
  if (!folder.includes('node_modules')) return folder;
  const at = folder.search(/[\\/]node_modules(?:[\\/]|$)/);
  return at === -1 ? folder : folder.slice(0, at) || folder.slice(0, 1);
}

function nameIn(file: string, readFile: ReadFile): string | undefined {
  try {
    const content = readFile(file);
    if (content === undefined) return undefined;
    const { name } = JSON.parse(content) as { name?: unknown };
    return typeof name === 'string' && name.trim() !== '' ? name.trim() : undefined;
  } catch {
    // Not JSON: the folder above may know.
    return undefined;
  }
}
