/**
 * Guards which of several formats a request is believed in, and that each is written.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { createPropagator } from '../../../src/propagate/create-propagator';

const W3C = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const UBER = `${'c'.repeat(32)}:${'d'.repeat(16)}:0:1`;

function traceIdOf(
  order: ('tracecontext' | 'jaeger')[],
  headers: Record<string, string>,
): string | undefined {
  const context = createPropagator(order).extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  return trace.getSpanContext(context)?.traceId;
}

test('where two formats disagree, the first in the configured order wins', () => {
  const headers = { traceparent: W3C, 'uber-trace-id': UBER };
  assert.equal(traceIdOf(['tracecontext', 'jaeger'], headers), 'a'.repeat(32));
  assert.equal(traceIdOf(['jaeger', 'tracecontext'], headers), 'c'.repeat(32));
});

test('a malformed first format never shadows a valid second one', () => {
  assert.equal(
    traceIdOf(['tracecontext', 'jaeger'], { traceparent: '00-zz', 'uber-trace-id': UBER }),
    'c'.repeat(32),
  );
  assert.equal(
    traceIdOf(['jaeger', 'tracecontext'], { traceparent: W3C, 'uber-trace-id': 'zz' }),
    'a'.repeat(32),
  );
});

test('every format is written', () => {
  const context = trace.setSpanContext(ROOT_CONTEXT, {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: 1,
  });
  const headers: Record<string, string> = {};
  createPropagator(['tracecontext', 'baggage', 'jaeger']).inject(context, headers, defaultTextMapSetter);
  assert.equal(headers.traceparent, W3C);
  assert.equal(headers['uber-trace-id'], `${'a'.repeat(32)}:${'b'.repeat(16)}:0:1`);
});
