/**
 * Guards Zipkin's B3 headers, the single and the several: what is read, refused and written.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { B3Propagator, parseB3 } from '../../../src/propagate/b3';
import { UberTraceIdPropagator } from '../../../src/propagate/uber-trace-id';

const TRACE = 'a'.repeat(32);
const SPAN = 'b'.repeat(16);
const single = new B3Propagator('b3');
const multi = new B3Propagator('b3multi');
const extract = (headers: Record<string, string>) =>
  single.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
const inject = (propagator: B3Propagator | UberTraceIdPropagator, context = ROOT_CONTEXT) => {
  const headers: Record<string, string> = {};
  propagator.inject(context, headers, defaultTextMapSetter);
  return headers;
};

test('both forms are read by either, and a 64-bit trace id is padded', () => {
  const expected = { traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true };
  assert.deepEqual(trace.getSpanContext(extract({ b3: `${TRACE}-${SPAN}-1` })), expected);
  assert.deepEqual(trace.getSpanContext(extract({ b3: `${TRACE}-${SPAN}` })), expected);
  assert.deepEqual(trace.getSpanContext(extract({ b3: `${TRACE}-${SPAN}-1-${SPAN}` })), expected);
  assert.deepEqual(
    trace.getSpanContext(extract({ 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' })),
    expected,
  );
  assert.equal(parseB3(`${SPAN}-${SPAN}-0`)?.spanContext.traceId, `${'0'.repeat(16)}${SPAN}`);
});

test('each form is written as its readers want it', () => {
  const kept = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId: SPAN, traceFlags: 1 });
  const dropped = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId: SPAN, traceFlags: 0 });
  assert.deepEqual(inject(single, kept), { b3: `${TRACE}-${SPAN}-1` });
  assert.deepEqual(inject(single, dropped), { b3: `${TRACE}-${SPAN}-0` });
  assert.deepEqual(inject(multi, kept), { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' });
  assert.deepEqual(inject(multi), {});
});

test("a debug flag survives, also from B3 into Jaeger's header", () => {
  const debugged: Record<string, string>[] = [
    { b3: `${TRACE}-${SPAN}-d` },
    { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-flags': '1' },
  ];
  for (const headers of debugged) {
    const context = extract(headers);
    assert.equal(inject(single, context).b3, `${TRACE}-${SPAN}-d`);
    assert.equal(inject(multi, context)['x-b3-flags'], '1');
    assert.equal(inject(new UberTraceIdPropagator(), context)['uber-trace-id'], `${TRACE}:${SPAN}:0:3`);
  }
});

test('a malformed single header leaves the word to the several ones', () => {
  const headers = { b3: 'nonsense', 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN };
  assert.equal(trace.getSpanContext(extract(headers))?.traceId, TRACE);
});

for (const header of [
  '',
  '0',
  '1',
  'd',
  `${TRACE}`,
  `${TRACE}-${SPAN}-2`,
  `${TRACE}-${SPAN}-1-x`,
  `${TRACE}-${SPAN}-1-${SPAN}-1`,
  `${'0'.repeat(32)}-${SPAN}-1`,
  `${TRACE}x-${SPAN}-1`,
]) {
  test(`b3 ${JSON.stringify(header)} is no context`, () => assert.equal(parseB3(header), undefined));
}

test('any text in the headers never throws and never gives an invalid context', () => {
  const part = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-fd-]{0,70}$/));
  fc.assert(
    fc.property(part, part, part, part, (b3, traceId, spanId, state) => {
      const span = trace.getSpanContext(
        extract({ b3, 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': state }),
      );
      return (
        span === undefined || (/^[0-9a-f]{32}$/.test(span.traceId) && /^[0-9a-f]{16}$/.test(span.spanId))
      );
    }),
    { seed: 5, numRuns: 2000 },
  );
});

test("ids without their zeros in front, as Jaeger's clients send them, are padded", () => {
  const { spanContext } = parseB3('511198a5e0f4c86fe546f79d2913b2-67089bf66a5b1-1')!;
  assert.equal(spanContext.traceId, '00511198a5e0f4c86fe546f79d2913b2');
  assert.equal(spanContext.spanId, '00067089bf66a5b1');
});
