/**
 * The one place that looks at the process: its environment variables, main script, folder and files.
 * Beside a span's way: feeds resolution once at start; tests give their own.
 */
import { readFileSync } from 'node:fs';
import { isPresent } from '../diagnostics/presence';
import type { ReadFile } from './package-name';
import type { Environment } from './parser';
import { behindPm2 } from './pm2';

/** What resolution needs to know of the process. */
export interface Surroundings {
  readonly env: Environment;
  /** The main script's path, absolute, where pm2 starts it the application's; undefined for a REPL or `node -e`. */
  readonly mainScript: string | undefined;
  /** The working directory; empty where it was deleted. */
  readonly directory: string;
  readonly readFile: ReadFile;
}

/** `env` is read while settings are resolved, and not after. */
export function readSurroundings(env: Environment = process.env): Surroundings {
  return {
    ...behindPm2(process.argv[1], env),
    directory: currentDirectory(),
    // An exception for each folder without a package.json would cost more than all else together.
    readFile: (path) => (isPresent(path) ? readFileSync(path, 'utf8') : undefined),
  };
}

function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}
