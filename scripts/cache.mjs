/**
 * The cache folder of the scripts that bring big parts (Jaeger, Node.js versions), and how they run a command.
 * test/support/cache.ts reads the same folder.
 */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const repository = resolve(fileURLToPath(import.meta.url), '../..');

/** `$XDG_CACHE_HOME/tracing-agent`, else `~/.cache/tracing-agent`. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tracing-agent');

/** Runs a command with its output on stderr; a failure ends this process with the same exit code. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status || 1);
}
