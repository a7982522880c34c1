/**
 * Brings the libraries that the tests of test/libraries run under the agent beside the development dependencies:
 * 1.3 GB, installed into the cache folder after test/support/libraries/package-lock.json and linked from test/libraries.
 * `npm run libraries`; what is there already is left alone.
 */
import { spawnSync } from 'node:child_process';
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
import { dirname, join, resolve } from 'node:path';
import { cacheFolder, repository, run } from './cache.mjs';

/** Compiled here, since their install scripts would download a binary. Where that fails, their tests are skipped. */
const native = ['better-sqlite3', 'better-sqlite3-11', 'sqlite3', 'sqlite3-5', 'libpq'];

/** Not in test/libraries: a package.json there would keep fixtures from finding `tracing-agent` itself. */
const source = join(repository, 'test/support/libraries');
const lock = readFileSync(join(source, 'package-lock.json'));
const key = createHash('sha256').update(lock).digest('hex').slice(0, 12);
const folder = join(cacheFolder, `libraries-${key}`);
if (!existsSync(folder)) install();
link();
console.log(folder);

/** Installs into a folder beside the final one, so that an interrupted run leaves nothing half done. */
function install() {
  console.error(`installing the libraries under test into ${folder}`);
  const partial = `${folder}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  // `sets` are npm workspaces: packages that ask for each other by name, in versions that can't lie side by side.
  for (const name of ['package.json', 'package-lock.json', 'sets'])
    cpSync(join(source, name), join(partial, name), { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error', '--legacy-peer-deps'];
  // Not `npm ci`: it refuses a lock without the binaries for other platforms, which not every registry serves.
  run('npm', ['install', '--ignore-scripts', '--no-save', ...quiet], {
    cwd: partial,
    shell: process.platform === 'win32',
  });
  // The headers that came with this Node.js; node-gyp would download them.
  const prefix = resolve(dirname(process.execPath), '..');
  const headers = existsSync(join(prefix, 'include/node/node.h')) ? [`--nodedir=${prefix}`] : [];
  for (const name of native) {
    const cwd = join(partial, 'node_modules', name);
    const { status, stderr } = spawnSync(
      'npx',
      ['--no-install', 'node-gyp', 'rebuild', '--release', ...headers],
      {
        cwd,
        encoding: 'utf8',
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    if (status !== 0)
      console.error(`${name} could not be compiled, its tests are skipped: ${stderr?.slice(-300)}`);
    // A few hundred megabytes of object files.
    rmSync(join(cwd, 'build/Release/obj'), { recursive: true, force: true });
    rmSync(join(cwd, 'build/Release/obj.target'), { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

function link() {
  const place = join(repository, 'test/libraries/node_modules');
  if (lstatSync(place, { throwIfNoEntry: false })) rmSync(place, { recursive: true, force: true });
  symlinkSync(join(folder, 'node_modules'), place, 'junction');
}
