/**
 * Where an application's packages are looked for, and when its main script is an ES module.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { installed, isEsModule } from '../../../src/load/installed-packages';

const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-installed-'));
after(() => rmSync(folder, { recursive: true }));
for (const path of [
  'node_modules/above',
  'app/node_modules/@scope/own',
  'app/node_modules/.pnpm/node_modules/deep',
  'app/src',
])
  mkdirSync(join(folder, path), { recursive: true });
const names = ['above', '@scope/own', 'deep', 'absent'];

test("packages are found beside the main script, above it, and among pnpm's", () => {
  const all = ['@scope/own', 'above', 'deep'];
  assert.deepEqual(installed(() => names, join(folder, 'app/src/main.js'), '').sort(), all);
  assert.deepEqual(installed(() => names, undefined, join(folder, 'app')).sort(), all);
  assert.deepEqual(
    installed(() => names, join(folder, 'main.js'), ''),
    ['above'],
  );
  assert.deepEqual(
    installed(() => names, undefined, ''),
    [],
  );
});

test('a program that is itself in node_modules runs the application around it', () => {
  assert.ok(
    installed(() => names, join(folder, 'app/node_modules/tool/bin/tool.js'), '').includes('@scope/own'),
  );
});

test("an ES module is told by its extension, else by the nearest package.json's type", () => {
  writeFileSync(join(folder, 'app/package.json'), '{ "type": "module" }');
  mkdirSync(join(folder, 'app/old'), { recursive: true });
  writeFileSync(join(folder, 'app/old/package.json'), '{ broken');
  const is = (file: string) => isEsModule(join(folder, 'app', file));
  assert.deepEqual([is('a.js'), is('src/a.ts'), is('a.mjs'), is('a.cjs')], [true, true, true, false]);
  assert.deepEqual([is('old/a.js'), is('old/a.mts'), isEsModule(undefined)], [false, true, false]);
});
