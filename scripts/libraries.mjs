/**
 * Brings the libraries that the tests of test/libraries run under the agent beside the development dependencies:
 * 3 GB, installed into the cache folder after test/support/libraries/package-lock.json and linked from test/libraries.
 * `npm run libraries`; what is there already is left alone.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { repository } from './cache.mjs';
import { linkPackages, lockedPackages } from './locked-packages.mjs';

/** Compiled here, since their install scripts would download a binary. Where that fails, their tests are skipped. */
const native = [
  ...['better-sqlite3', 'better-sqlite3-12-lowest', 'better-sqlite3-11', 'better-sqlite3-11-lowest'],
  ...['better-sqlite3-10', 'better-sqlite3-10-lowest', 'better-sqlite3-9', 'better-sqlite3-9-lowest'],
  ...['better-sqlite3-8', 'better-sqlite3-8-lowest'],
  ...['sqlite3', 'sqlite3-5', 'sqlite3-5-lowest', 'libpq'],
];
const libc = process.platform === 'linux' ? 'glibc' : 'unknown';
/** What node-pre-gyp would say, where a package is built by it. */
const preGyp = {
  'sqlite3-5-lowest': {
    module_name: 'node_sqlite3',
    module_path: `lib/binding/napi-v6-${process.platform}-${libc}-${process.arch}`,
    napi_version: process.versions.napi,
    napi_build_version: 6,
  },
};

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
  const gyp = join(partial, 'node_modules/node-gyp/bin/node-gyp.js');
  for (const name of native) {
    const cwd = join(partial, 'node_modules', name);
    const flags = Object.entries(preGyp[name] ?? {}).map(
      ([key, value]) => `--${key}=${key === 'module_path' ? join(cwd, value) : value}`,
    );
    const { status, stderr } = spawnSync(
      process.execPath,
      [gyp, 'rebuild', '--release', ...headers, ...flags],
      {
        cwd,
        // They are read last, and SQLite compiles in a fifth of the time: no test depends on its speed.
        env: { ...process.env, CFLAGS: '-O0', CXXFLAGS: '-O0' },
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
