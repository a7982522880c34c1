// Brings the peers: installed into the cache folder after bench/package-lock.json, and linked from there, so that they
// never enter the product's dependencies.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository, run } from '../scripts/cache.mjs';

const source = join(repository, 'bench');

export function installPeers() {
  const lock = readFileSync(join(source, 'package-lock.json'));
  const folder = join(cacheFolder, `bench-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`);
  if (!existsSync(folder)) {
    console.error(`installing the peers into ${folder}`);
    // Beside the final folder, so that an interrupted run leaves nothing half done.
    const partial = `${folder}.partial-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(source, file), join(partial, file));
    // Not `npm ci`: it refuses a lock without the binaries for other platforms, which not every registry serves.
    const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
    run('npm', ['install', '--ignore-scripts', '--no-save', ...quiet], {
      cwd: partial,
      shell: process.platform === 'win32',
    });
    renameSync(partial, folder);
  }
  const place = join(source, 'node_modules');
  if (lstatSync(place, { throwIfNoEntry: false })) rmSync(place, { recursive: true, force: true });
  symlinkSync(join(folder, 'node_modules'), place, 'junction');
}
