/**
 * Brings what tests run applications on beside this Node.js: the supported majors, the oldest supported releases,
 * and the OpenTelemetry SDK of a line that this Node.js can't run. About 100 MB a version, in the cache folder.
 * `npm run nodes`; what is there already is left alone.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository, run } from './cache.mjs';

const matrix = JSON.parse(readFileSync(join(repository, 'test/support/matrix.json'), 'utf8'));
const own = process.versions.node;

for (const name of [...matrix.nodes, ...matrix.floors]) {
  if (name === own || name === own.split('.')[0]) continue;
  bring(join(cacheFolder, 'node', name), 'node_modules/node/bin/node', [`node@${name}`]);
}
const { package: sdk, version } = matrix.sdkNode3;
bring(join(cacheFolder, `sdk-node-${version}`), `node_modules/${sdk}/package.json`, [
  `${sdk}@${version}`,
  '@opentelemetry/api@1',
]);

/** Installs into a folder beside the final one, so that an interrupted run leaves nothing half done. */
function bring(folder, proof, packages) {
  if (existsSync(join(folder, proof))) return console.log(folder);
  console.error(`installing ${packages.join(', ')} into ${folder}`);
  const partial = `${folder}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'package.json'), '{ "private": true }\n');
  // `node` is installed by its package's install script, which links the executable of this platform's package.
  run('npm', ['install', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error', ...packages], {
    cwd: partial,
    shell: process.platform === 'win32',
  });
  if (!existsSync(join(partial, proof))) {
    console.error(`npm installed ${packages.join(', ')}, but ${proof} is not there`);
    process.exit(1);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  console.log(folder);
}
