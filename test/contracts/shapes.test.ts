/**
 * Holds each patch to the newest release that tests run: all that it wraps is there. So a newer major that keeps its shape
 * is traced, and one that lacks something is told by that.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Tools } from '../../src/patch/instrumentation';
import { packages } from '../../src/patch/registry';
import { Trial, tried } from '../../src/patch/wrap';
import { servicesRequired } from '../support/cache';
import { libraryFolder, needsLibrary } from '../support/libraries';

/** Where the newest isn't in the folder of the package's name. */
const newest: Record<string, string> = { koa: 'koa3', undici: 'undici8', ioredis: 'ioredis6' };
const tools = { options: {}, wanted: () => undefined, fault: assert.fail } as unknown as Tools;

function folderOf(module: string): string | undefined {
  if (module !== '@redis/client') return libraryFolder(newest[module] ?? module);
  const { resolve } = createRequire(join(libraryFolder('redis6')!, 'package.json'));
  return dirname(dirname(resolve('@redis/client')));
}

test('every patch finds what it wraps in the newest release', async (t) => {
  if (!needsLibrary(t, 'redis6', ...Object.values(newest))) return;
  const lacking: string[] = [];
  let patched = 0;
  for (const row of packages) {
    const directory = folderOf(row.module);
    const file = row.file ?? row.esm;
    // Those of another major, or of a package that has become another one.
    if (row.exact || directory === undefined || (file !== undefined && !existsSync(join(directory, file))))
      continue;
    const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    if (name === 'express' || name.startsWith('@node-redis')) continue;
    const path = file === undefined ? directory : join(directory, file);
    let exports: unknown;
    try {
      exports = row.esm === undefined ? require(path) : { ...(await import(pathToFileURL(path).href)) };
    } catch (error) {
      // Its addon is compiled for the Node that `npm run libraries` ran on.
      if (servicesRequired || (error as NodeJS.ErrnoException).code !== 'ERR_DLOPEN_FAILED') throw error;
      t.diagnostic(`${name} ${version} ${file ?? ''} is compiled for another Node than ${process.version}`);
      continue;
    }
    const trial = new Trial();
    tried(trial, () => row.load()(exports, { name, version, file: file ?? '', directory }, tools));
    trial.undo();
    patched++;
    lacking.push(...trial.missing.map((missing) => `${name} ${version} ${file ?? ''}: ${missing}`));
  }
  assert.deepEqual(lacking, []);
  assert.ok(patched > 40, `only ${patched} files`);
});
