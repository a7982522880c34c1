// Brings the peers: installed into the cache folder after bench/package-lock.json, and linked from there, so that they
// never enter the product's dependencies.
import { join } from 'node:path';
import { repository } from '../scripts/cache.mjs';
import { linkPackages, lockedPackages } from '../scripts/locked-packages.mjs';

const source = join(repository, 'bench');

export function installPeers() {
  const folder = lockedPackages({
    name: 'bench',
    what: 'the peers',
    source,
    files: ['package.json', 'package-lock.json'],
    key: ['package-lock.json'],
  });
  linkPackages(folder, join(source, 'node_modules'));
}
