/**
 * Guards that a wrapped method can't be told from the original, and is wrapped once.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrap } from '../../../src/patch/wrap';

test('a wrapper looks like the original: name, length, own properties, enumerability', () => {
  function query(_a: unknown, _b: unknown) {}
  const target = { query: Object.assign(query, { extra: 1 }) };
  assert.equal(
    wrap(
      target,
      'query',
      'test',
      (original) =>
        (...args) =>
          original(...args),
    ),
    true,
  );
  assert.notEqual(target.query, query);
  assert.equal(target.query.name, 'query');
  assert.equal(target.query.length, 2);
  assert.equal(target.query.extra, 1);
  assert.deepEqual(Object.keys(target), ['query']);
});

test('a method is wrapped once for a mark, also when another wrapped it since', () => {
  const target = { get: () => 0 };
  const plusOne = (original: () => number) => () => original() + 1;
  assert.equal(wrap(target, 'get', 'a', plusOne), true);
  assert.equal(wrap(target, 'get', 'b', plusOne), true);
  assert.equal(wrap(target, 'get', 'a', plusOne), false);
  assert.equal(target.get(), 2);
});

test('what is not there, or no function, is left alone', () => {
  assert.equal(
    wrap({}, 'missing', 'a', (original) => original),
    false,
  );
  assert.equal(
    wrap({ x: 1 }, 'x', 'a', (original) => original),
    false,
  );
  assert.equal(
    wrap(undefined, 'x', 'a', (original) => original),
    false,
  );
});

test('a frozen target is an error for the patcher to report, never a half-done wrap', () => {
  const target = Object.freeze({ get: () => 0 });
  assert.throws(() => wrap(target, 'get', 'a', (original) => original), TypeError);
  assert.equal(target.get(), 0);
});
