/** Guards W3C's baggage header: limits in both directions, encoding, properties, and that any text is harmless. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  baggageEntryMetadataFromString,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import fc from 'fast-check';
import { BaggagePropagator } from '../../../src/propagate/w3c-baggage';

const propagator = new BaggagePropagator();
const read = (header: unknown) =>
  Object.fromEntries(
    (
      propagation
        .getBaggage(propagator.extract(ROOT_CONTEXT, { baggage: header }, defaultTextMapGetter))
        ?.getAllEntries() ?? []
    ).map(([key, { value }]) => [key, value]),
  );
function write(
  entries: Record<string, { value: string; metadata?: ReturnType<typeof baggageEntryMetadataFromString> }>,
) {
  const carrier: { baggage?: string } = {};
  const context = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries));
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier.baggage;
}

test('pairs, blanks, encoding and properties', () => {
  assert.deepEqual(read('a=1,b = two%20words ; p=1, c='), { a: '1', b: 'two words', c: '' });
  assert.deepEqual(read(['a=1', 'b=2']), { a: '1', b: '2' });
  assert.equal(write({ a: { value: 'ä, =;' } }), 'a=%C3%A4%2C%20%3D%3B');
  assert.equal(write({ a: { value: '1', metadata: baggageEntryMetadataFromString('p=1;q') } }), 'a=1;p=1;q');
});

test('what is no member is left out, the others stay', () => {
  assert.deepEqual(read('novalue, =1, a b=1, bad=%zz, good=1'), { good: '1' });
  assert.equal(write({ 'a b': { value: '1' }, c: { value: '\ud800' }, d: { value: '2' } }), 'd=2');
});

test('64 items, 2,048 characters a value, 8 KiB together, in both directions', () => {
  const many = Array.from({ length: 100 }, (_, index) => `k${index}=v`).join(',');
  assert.equal(Object.keys(read(many)).length, 64);
  assert.deepEqual(read(`a=${'x'.repeat(2_049)},b=1`), { b: '1' });
  const large = Array.from({ length: 6 }, (_, index) => `k${index}=${'v'.repeat(2_000)}`).join(',');
  assert.equal(Object.keys(read(large)).length, 4);
  const entries = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`k${index}`, { value: 'v'.repeat(1_000) }]),
  );
  const header = write(entries)!;
  assert.ok(header.length <= 8_192);
  assert.equal(header.split(',').length, 8);
});

test('any text: never a throw, no prototype touched; what is written is read back the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      read(text);
    }),
    { numRuns: 3_000, seed: 4 },
  );
  read('__proto__=1,constructor=2');
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  const token = fc.string({
    unit: fc.constantFrom(...'abcXYZ019!#$%&*+.^_`|~-'),
    minLength: 1,
    maxLength: 10,
  });
  const plain = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/\p{Surrogate}/u.test(text));
  fc.assert(
    fc.property(fc.dictionary(token, plain, { maxKeys: 20, noNullPrototype: true }), (values) => {
      const kept = Object.entries(values).filter(([key]) => !key.includes('%') && key !== '__proto__');
      const header = write(Object.fromEntries(kept.map(([key, value]) => [key, { value }])));
      assert.deepEqual(read(header), Object.fromEntries(kept));
    }),
    { numRuns: 2_000, seed: 5 },
  );
});
