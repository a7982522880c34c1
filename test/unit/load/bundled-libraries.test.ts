/**
 * What tells a bundle and the libraries inside of it from an application's own file.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundledLibraries } from '../../../src/load/bundled-libraries';

const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-bundles-'));
after(() => rmSync(folder, { recursive: true }));

function look(text: string, ...names: string[]) {
  const file = join(folder, 'main.js');
  writeFileSync(file, text);
  return bundledLibraries(file, names);
}

const esbuild = 'var __commonJS = (cb, mod) => function __require() {};\n';
const bundles = {
  esbuild: `${esbuild}// node_modules/pg/lib/client.js\n// ../../node_modules/@redis/client/dist/index.js\n`,
  rolldown:
    'var __commonJSMin = (cb) => cb;\n//#region node_modules/pg/lib/client.js\n//#region node_modules/@redis/client/a.js\n',
  webpack:
    'var __webpack_modules__ = ({\n/***/ "./node_modules/pg/lib/client.js":\n"../node_modules/@redis/client/x.js":',
  pnpm: `${esbuild}// node_modules/.pnpm/pg@8.1.0/node_modules/pg/lib/client.js\n// node_modules/.pnpm/x/node_modules/@redis/client/x.js\n`,
};
for (const [name, text] of Object.entries(bundles)) {
  test(`libraries in a bundle of ${name} are told by their paths, others are not`, () => {
    const { isBundle, libraries } = look(text, 'pg', '@redis/client', 'client', 'lib');
    assert.deepEqual([isBundle, libraries.sort()], [true, ['@redis/client', 'pg']]);
  });
}

test("an application's own file is no bundle, whatever it says", () => {
  const own = look(
    "const path = './node_modules/pg/lib/client.js';\n// node_modules/pg/lib is patched\n",
    'pg',
  );
  assert.deepEqual(own, { isBundle: false, libraries: [] });
  assert.deepEqual(bundledLibraries(join(folder, 'none.js'), ['pg']), { isBundle: false, libraries: [] });
});

test('a large file with very long lines is a bundle of something', () => {
  assert.equal(look(`${'let a=1;'.repeat(20_000)}\n`).isBundle, true);
  assert.equal(look('const answer = 42;\n'.repeat(20_000)).isBundle, false);
});
