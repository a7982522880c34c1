/**
 * Holds package.json to the sources it describes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import manifest from '../../package.json';
import { VERSION } from '../../src/version';

test('the version that spans and process tags carry is the version of package.json', () => {
  assert.equal(VERSION, manifest.version);
});

test('an installed agent brings no package of its own: all that runs is in dist/', () => {
  assert.equal('dependencies' in manifest, false);
});
