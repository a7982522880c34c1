/**
 * Guards the ranges of versions that patches are written for: their bounds, alternatives and pre-releases.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inRange } from '../../../src/load/version-range';

test('a range takes its lower bound and not its upper one', () => {
  assert.equal(inRange('4.0.0', '>=4 <7'), true);
  assert.equal(inRange('6.99.99', '>=4 <7'), true);
  assert.equal(inRange('3.9.9', '>=4 <7'), false);
  assert.equal(inRange('7.0.0', '>=4 <7'), false);
  assert.equal(inRange('4.1.9', '>=4.2 <7'), false);
});

test('alternatives, pre-releases and odd versions', () => {
  assert.equal(inRange('9.1.0', '>=1 <2 || >=9'), true);
  assert.equal(inRange('5.0.0-beta.1', '>=5 <6'), true);
  assert.equal(inRange('', '>=0'), false);
  assert.equal(inRange('latest', '*'), false);
});

test('a malformed range in our own table is an error, not a silent miss', () => {
  assert.throws(() => inRange('1.0.0', '^1'), /not a version range: \^1/);
});
