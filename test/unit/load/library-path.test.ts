/**
 * Guards which package a loaded file is taken to belong to, whatever installed it and on Windows too.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { libraryPath } from '../../../src/load/library-path';

test('plain, scoped, nested and pnpm paths name the innermost package', () => {
  assert.deepEqual(libraryPath('/app/node_modules/pg/lib/client.js'), {
    name: 'pg',
    directory: '/app/node_modules/pg',
    file: 'lib/client.js',
  });
  assert.equal(libraryPath('/app/node_modules/@redis/client/dist/index.js')?.name, '@redis/client');
  assert.equal(
    libraryPath('/a/node_modules/x/node_modules/pg/index.js')?.directory,
    '/a/node_modules/x/node_modules/pg',
  );
  assert.equal(libraryPath('/a/node_modules/.pnpm/pg@8/node_modules/pg/lib/index.js')?.name, 'pg');
});

test('Windows paths give forward slashes inside the package', () => {
  assert.deepEqual(libraryPath('C:\\app\\node_modules\\@redis\\client\\dist\\index.js'), {
    name: '@redis/client',
    directory: 'C:\\app\\node_modules\\@redis\\client',
    file: 'dist/index.js',
  });
});

test("the application's own files and look-alikes are no library", () => {
  for (const file of [
    '/app/server.js',
    '/app/my_node_modules/pg/index.js',
    '/app/node_modules',
    '/app/node_modules/pg',
    'node_modules/pg/index.js',
  ]) {
    assert.equal(libraryPath(file), undefined, file);
  }
});
