/**
 * Tells which libraries a bundler has put into the application's own file, where no hook can see them load.
 * First station of a span's way; read once, some time after the first span.
 *
 * Proof is what bundlers write above each module, its path (esbuild `// node_modules/pg/lib/client.js`, rolldown and tsup
 * `//#region node_modules/pg/…`, webpack `"./node_modules/pg/…"`). A minified bundle only looks like one.
 */
import { closeSync, openSync, readSync } from 'node:fs';

/** Bytes of the file that are read: libraries come before the application's own code. */
const MOST_READ = 4 << 20;

/** Functions that the bundlers themselves write; esbuild's keep their names only where it doesn't minify. */
const BUNDLER =
  /__webpack_require__|\b__commonJS(?:Min)?\b|\b__toESM\b|\b__esmMin\b|__webpack_modules__|\bparcelRequire|__turbopack/;

const PATH =
  /(?:^\s*(?:\/\/(?:#region)?|\/\*!\*{3})\s*|["'])(?:(?:\.{1,2}|\w:)?[\w./\\@+-]*[/\\])?node_modules[/\\]((?:@[\w.-]+[/\\])?[\w.-]+)[/\\]/gm;

interface Bundled {
  /** Those of the names asked for that the file holds for certain. */
  readonly libraries: string[];
  /** Whether a bundler has made the file, as far as its text tells. */
  readonly isBundle: boolean;
}

/** Reads `file` and looks for packages of these names. Nothing is found in a file that can't be read. */
export function bundledLibraries(file: string, names: readonly string[]): Bundled {
  const text = beginningOf(file);
  const libraries = new Set<string>();
  for (const [, name] of text.matchAll(PATH)) {
    const plain = name!.replace('\\', '/');
    if (names.includes(plain)) libraries.add(plain);
  }
  const isBundle = BUNDLER.test(text) || isMinified(text);
  // A path alone may be a string of the application's.
  return isBundle ? { libraries: [...libraries], isBundle } : { libraries: [], isBundle };
}

/** As nobody writes by hand: large, and with lines of hundreds of characters throughout. */
function isMinified(text: string): boolean {
  return text.length > 50_000 && text.split('\n').length < text.length / 400;
}

function beginningOf(file: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const buffer = Buffer.allocUnsafe(MOST_READ);
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, MOST_READ, 0));
  } catch {
    return '';
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
