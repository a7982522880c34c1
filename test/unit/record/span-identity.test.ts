/**
 * Guards that a span's ids and flags are the same whether they are asked for as words or as the API's object, and
 * whenever that is: the object is made late.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTraceState, TraceFlags } from '@opentelemetry/api';
import fc from 'fast-check';
import { createSpanId, createTraceId, TraceId } from '../../../src/record/ids';
import { SpanIdentity } from '../../../src/record/span-identity';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const hex = (...words: number[]) => words.map((each) => (each >>> 0).toString(16).padStart(8, '0')).join('');

test('the text of an id has the digits of its words, and gives them back', () => {
  fc.assert(
    fc.property(word, word, word, word, (a, b, c, d) => {
      const { text } = new TraceId(a, b, c, d);
      assert.equal(text, hex(a, b, c, d));
      assert.deepEqual({ ...TraceId.of(text) }, { word0: a, word1: b, word2: c, word3: d });
      assert.equal(new SpanIdentity(TraceId.of(text), c, d, 0, undefined).context.spanId, hex(c, d));
    }),
  );
});

test('new ids are valid and differ; short trace ids have a first half of zeros', () => {
  const ids = Array.from({ length: 10_000 }, () => createTraceId().text);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => /^[0-9a-f]{32}$/.test(id) && !/^0{16}/.test(id)));
  assert.match(createTraceId(true).text, /^0{16}(?!0{16})[0-9a-f]{16}$/);
  assert.match(createSpanId(), /^(?!0{16})[0-9a-f]{16}$/);
});

test('the context is one object, whose flags are those of the span before and after it is asked for', () => {
  const identity = new SpanIdentity(createTraceId(), 1, 2, TraceFlags.SAMPLED, undefined);
  identity.sampled = false;
  assert.equal(identity.context.traceFlags, TraceFlags.NONE);
  assert.equal(identity.context, identity.context);
  assert.deepEqual(Object.keys(identity.context), ['traceId', 'spanId', 'traceFlags']);
  identity.sampled = true;
  assert.equal(identity.context.traceFlags, TraceFlags.SAMPLED);
  // As applications do to drop a span.
  identity.context.traceFlags = TraceFlags.NONE;
  assert.equal(identity.sampled, false);
});

test("other flags of W3C's, and the trace state, stay", () => {
  const traceState = createTraceState('a=1');
  const identity = new SpanIdentity(createTraceId(), 1, 2, 0b10, traceState);
  identity.sampled = true;
  assert.equal(identity.context.traceFlags, 0b11);
  assert.equal(identity.context.traceState, traceState);
  assert.equal(identity.traceState, traceState);
});
