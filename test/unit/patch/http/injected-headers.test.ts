/**
 * Headers sent along: ours are added, the application's own are never displaced by another trace's.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { readFlat, readPairs } from '../../../../src/patch/http/header-forms';
import { injectedHeaders } from '../../../../src/patch/http/injected-headers';

propagation.setGlobalPropagator(
  new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
);
after(() => propagation.disable());

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const spanContext = { traceId: TRACE, spanId: 'b7ad6b7169203331', traceFlags: 1 };
const within = propagation.setBaggage(
  trace.setSpanContext(ROOT_CONTEXT, spanContext),
  propagation.createBaggage({ tenant: { value: 'acme' } }),
);
const ours = `00-${TRACE}-b7ad6b7169203331-01`;

test('trace and baggage are added where the application has none', () => {
  assert.deepEqual(
    { ...injectedHeaders(within, ['host', 'h'], readFlat) },
    {
      traceparent: ours,
      baggage: 'tenant=acme',
    },
  );
});

test('a trace header of another trace, in any case, keeps all of ours out', () => {
  const foreign = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
  assert.deepEqual({ ...injectedHeaders(within, ['TraceParent', foreign], readFlat) }, {});
  assert.deepEqual({ ...injectedHeaders(within, [['Traceparent', foreign]], readPairs) }, {});
});

test('a trace header of this trace is replaced, as a proxy passes on the one it got', () => {
  const passed = `00-${TRACE}-${'d'.repeat(16)}-01`;
  assert.equal(injectedHeaders(within, ['traceparent', passed], readFlat).traceparent, ours);
});

test("the application's own baggage stays, and the trace is added beside it", () => {
  assert.deepEqual({ ...injectedHeaders(within, ['baggage', 'own=1'], readFlat) }, { traceparent: ours });
});

test('what is no valid header is left out, since Node would throw on it', () => {
  const propagator = {
    inject(_context: unknown, carrier: Record<string, string>) {
      Object.assign(carrier, { 'a b': '1', 'line-break': 'a\r\nb', '': 'x', good: 'ä', wide: '€' });
    },
    extract: () => ROOT_CONTEXT,
    fields: () => [],
  };
  propagation.disable();
  propagation.setGlobalPropagator(propagator as any);
  assert.deepEqual({ ...injectedHeaders(within, [], readFlat) }, { good: 'ä' });
});
