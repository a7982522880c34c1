/**
 * Holds package.json to the sources it describes.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import manifest from '../../package.json';
import { VERSION } from '../../src/version';
import { repository } from '../support/cache';

test('the version that spans and process tags carry is the version of package.json', () => {
  assert.equal(VERSION, manifest.version);
});

test('an installed agent brings no package of its own: all that runs is in dist/', () => {
  assert.equal('dependencies' in manifest, false);
});

test('the command runs by its own name in a clone, where npm has not made it executable', {
  skip: process.platform === 'win32' && 'Windows has no such right',
}, () => {
  const file = join(repository, manifest.bin['tracing-agent']);
  assert.equal(execFileSync(file, ['--version'], { encoding: 'utf8' }).trim(), VERSION);
});
