/**
 * Brings the libraries that the tests of test/libraries run under the agent beside the development dependencies:
 * 1.3 GB, installed into the cache folder after test/support/libraries/package-lock.json and linked from test/libraries.
 * `npm run libraries`; what is there already is left alone.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { repository } from './cache.mjs';
import { linkPackages, lockedPackages } from './locked-packages.mjs';

/** Compiled here, since their install scripts would download a binary. Where that fails, their tests are skipped. */
const native = ['better-sqlite3', 'better-sqlite3-11', 'sqlite3', 'sqlite3-5', 'libpq'];

const folder = lockedPackages({
  name: 'libraries',
  what: 'the libraries under test',
  // Not in test/libraries: a package.json there would keep fixtures from finding `tracing-agent` itself.
  source: join(repository, 'test/support/libraries'),
  // `sets` are npm workspaces: packages that ask for each other by name, in versions that can't lie side by side.
  files: ['package.json', 'package-lock.json', 'sets'],
  key: ['package-lock.json'],
  flags: ['--legacy-peer-deps'],
  finish: compile,
});
linkPackages(folder, join(repository, 'test/libraries/node_modules'));
console.log(folder);

function compile(partial) {
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
}
