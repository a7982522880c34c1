/**
 * Libraries that had loaded before the hook: whoever requires them later gets what the patch gives, and what was taken
 * before is named, once.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setLogWriter } from '../../../src/diagnostics/log';
import { hookModules, type OnModule } from '../../../src/load/module-hook';
import { type Target, TargetIndex } from '../../../src/load/target-index';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tracing-agent-module-hook-')));
after(() => rmSync(folder, { recursive: true }));

function library(name: string, version = '1.0.0'): void {
  const directory = join(folder, 'node_modules', name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, version }));
  writeFileSync(join(directory, 'index.js'), 'module.exports = () => "original";');
}
const load = createRequire(join(folder, 'application.js'));

function hooked(names: string[], onModule: OnModule<Target>, then: () => void): string[] {
  const lines: string[] = [];
  const before = setLogWriter((line) => lines.push(line));
  const targets = names.map((module) => ({ module, versions: '>=1 <2' }));
  const unhook = hookModules(new TargetIndex(targets), onModule);
  try {
    then();
  } finally {
    unhook();
    setLogWriter(before);
  }
  return lines;
}

test('a library that is replaced after it was taken is named, with who took it', () => {
  library('early-replaced');
  writeFileSync(join(folder, 'taker.js'), 'exports.taken = require("early-replaced");');
  const { taken } = load('./taker.js');
  const lines = hooked(
    ['early-replaced'],
    () => () => 'replaced',
    () => assert.equal(load('early-replaced')(), 'replaced'),
  );
  assert.equal(taken(), 'original');
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /early-replaced 1\.0\.0 was loaded before the agent, by .*taker\.js;/);
});

test('one that is patched in place is not, nor one that loads in time', () => {
  library('early-patched');
  library('in-time');
  const taken = load('early-patched');
  const lines = hooked(
    ['early-patched', 'in-time'],
    (exports) => Object.assign(exports as object, { seen: true }),
    () => assert.equal(load('in-time').seen, true),
  );
  assert.equal(taken.seen, true);
  assert.deepEqual(lines, []);
});

test('a version that is too new is named and tried, one that is too old or traced elsewhere is neither', () => {
  library('too-new', '9.1.0');
  library('too-old', '0.9.0');
  let tries = 0;
  const lines = hooked(
    ['too-new', 'too-old'],
    (exports, match) => {
      assert.deepEqual([match.name, match.newer], ['too-new', true]);
      tries++;
      return exports;
    },
    () => {
      load('too-new');
      load('too-old');
    },
  );
  assert.equal(tries, 1);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /too-new 9\.1\.0 is newer than the versions >=1 <2 .*TA_PATCH_NEWER/);
  library('split', '2.0.0');
  const index = new TargetIndex([{ module: 'split', versions: '>=1 <2', elsewhere: '>=2 <3' }]);
  const before = setLogWriter((line) => assert.fail(line));
  assert.equal(index.find(join(folder, 'node_modules/split/index.js')), undefined);
  setLogWriter(before);
});

test('of several targets those of the newest versions are tried, and none that is exact', () => {
  library('grown', '9.0.0');
  const before = setLogWriter(() => {});
  const found = (...targets: Omit<Target, 'module'>[]) =>
    new TargetIndex(targets.map((target) => ({ module: 'grown', ...target })))
      .find(join(folder, 'node_modules/grown/index.js'))
      ?.targets.map((target) => target.versions);
  const file = 'index.js';
  assert.deepEqual(found({ file, versions: '>=1 <3' }, { file, versions: '>=2 <4' }), ['>=2 <4']);
  // Its newest versions are those of another package.
  assert.equal(found({ file, versions: '>=1 <3', elsewhere: '>=3 <5' }), undefined);
  assert.deepEqual(found({ file, versions: '>=3 <5', elsewhere: '>=1 <3' }), ['>=3 <5']);
  assert.equal(found({ file, versions: '>=1 <3', exact: true }), undefined);
  setLogWriter(before);
});

test('exports behind a getter are read only where they are patched, and may refuse to be replaced', () => {
  library('lazy-exports');
  const directory = join(folder, 'node_modules/lazy-exports');
  const lazy = (value: string) =>
    `let read = 0; Object.defineProperty(module, 'exports', { get: () => (read++, { read, value: ${value} }) });`;
  for (const file of ['bare.js', 'other.js']) writeFileSync(join(directory, file), lazy('1'));
  const bare = load('lazy-exports/bare.js').read;
  writeFileSync(join(directory, 'index.js'), lazy('2'));
  hooked(
    ['lazy-exports'],
    () => 'replaced',
    () => {
      assert.equal(load('lazy-exports/other.js').read, bare);
      assert.equal(load('lazy-exports').value, 2);
    },
  );
});
