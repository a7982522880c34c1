/**
 * npm packages in the cache folder, installed after a lock file: how scripts/libraries.mjs, scripts/suites.mjs and
 * bench/install.mjs bring theirs.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, run } from './cache.mjs';

/**
 * Installs into a folder beside the final one, so that an interrupted run leaves nothing half done; what is there
 * already is left alone.
 * @param name of the folder, before the hash of the files in `key`
 * @param what is said to be installed
 * @param source the folder with `files`: package.json, its lock, and what they name
 * @param flags for npm, beside the usual ones
 * @param finish is given the folder once npm is done with it
 * @returns the folder
 */
export function lockedPackages({ name, what, source, files, key, flags = [], finish = () => {} }) {
  const hash = createHash('sha256');
  for (const file of key) hash.update(readFileSync(join(source, file)));
  const folder = join(cacheFolder, `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  console.error(`installing ${what} into ${folder}`);
  const partial = `${folder}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  for (const file of files) cpSync(join(source, file), join(partial, file), { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  // Not `npm ci`: it refuses a lock without the binaries for other platforms, which not every registry serves.
  run('npm', ['install', '--ignore-scripts', '--no-save', ...quiet, ...flags], {
    cwd: partial,
    shell: process.platform === 'win32',
  });
  finish(partial);
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  return folder;
}

/** Makes `place`, a `node_modules` of the repository, the folder's. */
export function linkPackages(folder, place) {
  if (lstatSync(place, { throwIfNoEntry: false })) rmSync(place, { recursive: true, force: true });
  symlinkSync(join(folder, 'node_modules'), place, 'junction');
}
