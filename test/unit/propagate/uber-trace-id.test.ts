/**
 * Guards Jaeger's headers, its baggage and its debug id: what is read, refused and written.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api';
import fc from 'fast-check';
import { jaegerFlags } from '../../../src/propagate/jaeger-flags';
import { debugId, parseUberTraceId, UberTraceIdPropagator } from '../../../src/propagate/uber-trace-id';

const propagator = new UberTraceIdPropagator();
const extract = (headers: Record<string, string>) =>
  propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);

test('a header of a Jaeger client gives its trace, short ids padded on the left', () => {
  const context = extract({ 'uber-trace-id': 'ABC:1:0:1' });
  assert.deepEqual(trace.getSpanContext(context), {
    traceId: '00000000000000000000000000000abc',
    spanId: '0000000000000001',
    traceFlags: 1,
    isRemote: true,
  });
});

test('URL-encoded colons are read', () => {
  assert.equal(parseUberTraceId('1f%3A2%3a0%3A0')?.spanContext.traceFlags, 0);
});

const broken = [
  '',
  ':::',
  '0:1:0:1',
  '1:0:0:1',
  '1:1:0',
  '1:1:0:1:1',
  '1:1:0:g',
  '1:1:0:',
  '1:1:0:1x',
  '1:1:0:100',
  'x1:1:0:1',
  '1 1:1:0:1',
  '\x11:1:0:1',
  `${'1'.repeat(33)}:1:0:1`,
  `1:${'1'.repeat(17)}:0:1`,
  `1:1:${'1'.repeat(17)}:1`,
  '1:-1:0:1',
];
for (const header of broken) {
  test(`${JSON.stringify(header)} is no context`, () => assert.equal(parseUberTraceId(header), undefined));
}

test('the longest ids are read: 32 and 16 digits', () => {
  const { spanContext } = parseUberTraceId(`${'f'.repeat(32)}:${'e'.repeat(16)}:${'d'.repeat(16)}:3`)!;
  assert.equal(spanContext.traceId, 'f'.repeat(32));
  assert.equal(spanContext.spanId, 'e'.repeat(16));
});

test('debug and firehose flags reach the next service, and debug implies sampled', () => {
  const context = extract({ 'uber-trace-id': '1:2:0:a' });
  assert.equal(trace.getSpanContext(context)!.traceFlags, 1);
  assert.equal(jaegerFlags(context), 10);
  const sent: Record<string, string> = {};
  propagator.inject(context, sent, defaultTextMapSetter);
  assert.equal(sent['uber-trace-id'], `${'1'.padStart(16, '0')}:${'2'.padStart(16, '0')}:0:b`);
});

test('any text in the header never throws and never gives an invalid context', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:%A]{0,90}$/)), (header) => {
      const span = trace.getSpanContext(extract({ 'uber-trace-id': header }));
      return (
        span === undefined || (/^[0-9a-f]{32}$/.test(span.traceId) && /^[0-9a-f]{16}$/.test(span.spanId))
      );
    }),
    { seed: 3, numRuns: 2000 },
  );
});

test('baggage comes from uberctx- headers and jaeger-baggage, and goes out again', () => {
  const context = extract({
    'uberctx-user': 'a%20b',
    'uberctx-bad': '%zz',
    'jaeger-baggage': 'k1=v1, k2 = v2, broken, a=b=c',
  });
  const baggage = propagation.getBaggage(context)!;
  assert.deepEqual(
    baggage.getAllEntries().map(([key, { value }]) => [key, value]),
    [
      ['k1', 'v1'],
      ['k2', 'v2'],
      ['user', 'a b'],
    ],
  );
  const sent: Record<string, string> = {};
  propagator.inject(context, sent, defaultTextMapSetter);
  assert.equal(sent['uberctx-user'], 'a%20b');
});

test('a request with ten thousand baggage headers gives 64 items at most', () => {
  const headers = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`uberctx-k${i}`, 'v']));
  assert.equal(propagation.getBaggage(extract(headers))!.getAllEntries().length, 64);
});

test('jaeger-debug-id is kept for a request without a parent, and ignored with one', () => {
  assert.equal(debugId(extract({ 'jaeger-debug-id': 'why' })), 'why');
  assert.equal(debugId(extract({ 'jaeger-debug-id': 'why', 'uber-trace-id': '1:1:0:1' })), undefined);
});
