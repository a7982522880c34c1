/**
 * Guards W3C's rules for `traceparent` and `tracestate`, as the recommendation's own test suite asks for them, and that
 * no text at all makes a throw or an invalid context; OpenTelemetry's propagator is the oracle for what is valid.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api';
import { suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core';
import fc from 'fast-check';
import { TraceState } from '../../../src/propagate/trace-state';
import { TraceContextPropagator } from '../../../src/propagate/w3c-trace-context';

const propagator = new TraceContextPropagator();
const T = '12345678901234567890123456789012';
const S = '1234567890123456';

const read = (headers: Record<string, unknown>): SpanContext | undefined =>
  trace.getSpanContext(propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter));
const parent = (header: unknown) => read({ traceparent: header });
const state = (header: unknown) =>
  read({ traceparent: `00-${T}-${S}-01`, tracestate: header })?.traceState?.serialize();
const written = (headers: Record<string, unknown>) => {
  const carrier: Record<string, string> = {};
  propagator.inject(
    propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter),
    carrier,
    defaultTextMapSetter,
  );
  return carrier;
};

test('a valid traceparent is continued, and passed on in version 00', () => {
  assert.deepEqual(parent(`00-${T}-${S}-01`), { traceId: T, spanId: S, traceFlags: 1, isRemote: true });
  assert.equal(parent(`00-${T}-${S}-00`)!.traceFlags, 0);
  assert.equal(parent(` \t00-${T}-${S}-01 `)!.traceId, T, 'blanks around it are no part of a header');
  for (const flags of ['02', '03', '09', 'ff']) {
    assert.equal(parent(`00-${T}-${S}-${flags}`)!.traceFlags, Number.parseInt(flags, 16) & 1, flags);
  }
  for (const future of [`cc-${T}-${S}-01`, `01-${T}-${S}-01-what-the-future-will-be-like`]) {
    assert.deepEqual(written({ traceparent: future }), { traceparent: `00-${T}-${S}-01` });
  }
});

test('anything else begins a new trace', () => {
  for (const header of [
    undefined,
    '',
    `ff-${T}-${S}-01`,
    `00-${T}-${S}-01-extra`,
    `00-${T}-${S}-01.`,
    `cc-${T}-${S}-01.what-the-future-will-not-be-like`,
    `0-${T}-${S}-01`,
    `000-${T}-${S}-01`,
    `.0-${T}-${S}-01`,
    `00-${'0'.repeat(32)}-${S}-01`,
    `00-${T}-${'0'.repeat(16)}-01`,
    `00-${T.slice(1)}-${S}-01`,
    `00-${T}1-${S}-01`,
    `00-${T.replace('2', '.')}-${S}-01`,
    `00-${'ABCDEF'.padEnd(32, '1')}-${S}-01`,
    `00-${T}-${S.slice(1)}-01`,
    `00-${T}-${S}-1`,
    `00-${T}-${S}-.0`,
    `00-${T}-${S}`,
    `00-${T}-${S}-01, 00-${T}-${S}-01`,
    `00-${T}-${S}-01${'-x'.repeat(10_000)}`,
    [`00-${T}-${S}-01`, `00-${T}-${S}-01`],
    7,
  ]) {
    assert.equal(parent(header), undefined, String(header).slice(0, 80));
  }
});

test('tracestate passes unchanged in order, in one header or several, also when it is long', () => {
  assert.equal(state('foo=1,bar=2'), 'foo=1,bar=2');
  assert.equal(state('foo=1 , \tbar=2, ,'), 'foo=1,bar=2');
  assert.equal(state(['foo=1', 'bar=2']), 'foo=1,bar=2');
  const characters = `a0_-*/${'x'.repeat(10)}=${String.fromCharCode(...Array.from({ length: 94 }, (_, i) => i + 33)).replace(/[,=]/g, '')}`;
  assert.equal(state(characters), characters);
  const long = Array.from({ length: 32 }, (_, index) => `k${index}=${'v'.repeat(256)}`).join(',');
  assert.equal(state(long), long);
  assert.equal(state(`${'t'.repeat(241)}@${'v'.repeat(14)}=1`), `${'t'.repeat(241)}@${'v'.repeat(14)}=1`);
  assert.equal(state('0tenant@sys=1'), '0tenant@sys=1');
});

test('a tracestate with any mistake is dropped whole, and the trace goes on', () => {
  for (const header of [
    'foo',
    'foo=',
    '=1',
    'foo=1,foo=2',
    'foo =1',
    'FOO=1',
    'foo.bar=1',
    'foo@=1,bar=2',
    '@foo=1',
    'foo@@bar=1',
    'foo@bar@baz=1',
    '0foo=1',
    'foo=bar=baz',
    'foo=\u00e4',
    `${'z'.repeat(257)}=1`,
    `${'t'.repeat(242)}@v=1`,
    `t@${'v'.repeat(15)}=1`,
    `foo=${'v'.repeat(257)}`,
    Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(','),
    '',
    ',',
  ]) {
    assert.equal(state(header), undefined, header.slice(0, 60));
  }
  assert.equal(read({ tracestate: 'foo=1' }), undefined, 'nothing without a traceparent');
});

test('members are set in front and taken out', () => {
  const parsed = TraceState.parse('a=1,b=2')!;
  assert.equal(parsed.set('b', '3').serialize(), 'b=3,a=1');
  assert.equal(parsed.set('NO', '3').serialize(), 'a=1,b=2');
  assert.equal(parsed.unset('a').get('a'), undefined);
  assert.equal(parsed.get('b'), '2');
});

test('nothing is written for an invalid context, or while the agent itself works', () => {
  const carrier = {};
  const invalid = { traceId: '0'.repeat(32), spanId: S, traceFlags: 1 };
  propagator.inject(trace.setSpanContext(ROOT_CONTEXT, invalid), carrier, defaultTextMapSetter);
  const valid = trace.setSpanContext(ROOT_CONTEXT, { traceId: T, spanId: S, traceFlags: 1 });
  propagator.inject(suppressTracing(valid), carrier, defaultTextMapSetter);
  assert.deepEqual(carrier, {});
});

test('any two headers: never a throw, never an invalid context; what OpenTelemetry continues we do', () => {
  const oracle = new W3CTraceContextPropagator();
  const hex = (length: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCD-'), minLength: length, maxLength: length });
  const header = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(hex(2), hex(32), hex(16), hex(2)).map((parts) => parts.join('-')),
    fc.tuple(hex(32), hex(16)).map(([a, b]) => `00-${a}-${b}-01`),
  );
  const states = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a=1', 'a=1,b=2'));
  fc.assert(
    fc.property(header, states, (traceparent, tracestate) => {
      const headers = { traceparent, tracestate };
      const found = read(headers);
      if (found !== undefined) assert.ok(isSpanContextValid(found));
      const theirs = trace.getSpanContext(oracle.extract(ROOT_CONTEXT, headers, defaultTextMapGetter));
      if (theirs !== undefined) assert.equal(found?.traceId, theirs.traceId);
      const again = written(headers);
      if (found !== undefined)
        assert.deepEqual(read(again)?.traceState?.serialize(), found.traceState?.serialize());
    }),
    { numRuns: 5_000, seed: 3 },
  );
});
