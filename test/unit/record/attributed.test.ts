/**
 * Guards that attributes are the same however they are kept: shared by many spans, in a list, or in an object.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import { Attributed } from '../../../src/record/attributed';

const MANY = Number.POSITIVE_INFINITY;

test('shared attributes and a list are one object for whoever asks, and changes to it stay', () => {
  const shared = Object.freeze({ a: 1, b: 'two' });
  const span = new Attributed(['c', true], shared);
  span.put('d', 4, MANY);
  span.put('c', false, MANY);
  assert.deepEqual(span.list, ['c', false, 'd', 4]);
  assert.deepEqual(span.attributes, { a: 1, b: 'two', c: false, d: 4 });
  const all: Attributes = span.attributes;
  all.e = 5;
  span.put('a', 6, MANY);
  assert.deepEqual(span.attributes, { a: 6, b: 'two', c: false, d: 4, e: 5 });
  assert.deepEqual(shared, { a: 1, b: 'two' });
});

test('a shared attribute that is set again belongs to the one span', () => {
  const shared = { a: 1, b: 2 };
  const [one, other] = [new Attributed([], shared), new Attributed([], shared)];
  one.put('b', 3, MANY);
  assert.deepEqual(
    [one.attributes, other.attributes],
    [
      { a: 1, b: 3 },
      { a: 1, b: 2 },
    ],
  );
});

test('the limit counts all of them, and replacing one is not one more', () => {
  for (const own of [['c', 3], { c: 3 }]) {
    const span = new Attributed(own, { a: 1, b: 2 });
    for (const key of ['c', 'd', 'e', 'a', 'f']) span.put(key, key, 4);
    assert.deepEqual(span.attributes, { a: 'a', b: 2, c: 'c', d: 'd' });
    assert.equal(span.droppedAttributesCount, 2);
  }
});

test('a span with very many attributes keeps each of them once', () => {
  const span = new Attributed([], undefined);
  for (let round = 0; round < 2; round++) {
    for (let key = 0; key < 100; key++) span.put(`key-${key}`, key + round, MANY);
  }
  assert.equal(Object.keys(span.attributes).length, 100);
  assert.equal(span.attributes['key-99'], 100);
});
