/**
 * What comes in from outside: headers, baggage, the settings file. It is bounded, costs no more than its length, and
 * changes no prototype.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { resolveConfig } from '../../src/config/resolve';
import { counters } from '../../src/diagnostics/counters';
import { createPropagator } from '../../src/propagate/create-propagator';
import { matcher } from '../../src/sample/text-pattern';
import { traceApp } from '../support/trace-app';

const all = createPropagator(['tracecontext', 'baggage', 'jaeger', 'b3'], {}, ['x-noted']);

/** Extracts, and tells how often a header was asked for and text was decoded. */
function extract(headers: Record<string, string | string[]>) {
  let gets = 0;
  const decode = mock.method(globalThis, 'decodeURIComponent');
  const context = all.extract(ROOT_CONTEXT, headers, {
    keys: (carrier) => Object.keys(carrier),
    get(carrier, key) {
      gets++;
      return Object.hasOwn(carrier, key) ? carrier[key] : undefined;
    },
  });
  const decodes = decode.mock.callCount();
  decode.mock.restore();
  return { gets, decodes, entries: propagation.getBaggage(context)?.getAllEntries() ?? [] };
}

test('10,000 baggage headers cost a fixed number of look-ups, and bring 64 items at most', () => {
  const hostile = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`uberctx-k${i}`, '%41']));
  const dropped = counters.baggageDropped;
  const many = extract(hostile(10_000));
  assert.equal(many.entries.length, 64);
  assert.equal(counters.baggageDropped, dropped + 10_000 - 64);
  assert.ok(many.gets <= 160 && many.decodes <= 160, `${many.gets} look-ups, ${many.decodes} decodings`);
  const more = extract(hostile(1_000));
  assert.deepEqual([more.gets, more.decodes], [many.gets, many.decodes]);
});

test('16 kB of baggage, a thousand commas, and values without an end bring little and throw nothing', () => {
  for (const [baggage, most] of [
    [','.repeat(16_000), 0],
    ['a=b,'.repeat(4_000), 1],
    [`${'k=v;'.repeat(4_000)}`, 1],
    [Array.from({ length: 2_000 }, (_, i) => `k${i}=v`).join(), 64],
    [`a=${'x'.repeat(16_000)}`, 0],
    ['%'.repeat(16_000), 0],
    [`a=${'%41'.repeat(5_000)}`, 0],
  ] as const) {
    const { entries, decodes } = extract({ baggage, 'jaeger-baggage': baggage, tracestate: baggage });
    assert.ok(entries.length <= Math.max(most, 1), `${entries.length} items of ${baggage.slice(0, 20)}`);
    assert.ok(decodes <= 300, `${decodes} decodings`);
  }
  for (const header of ['traceparent', 'uber-trace-id', 'b3', 'x-b3-traceid', 'jaeger-debug-id', 'x-noted']) {
    extract({ [header]: '0'.repeat(16_000) });
    extract({ [header]: '-'.repeat(16_000) });
    extract({ [header]: ':'.repeat(16_000) });
    extract({ [header]: Array(1_000).fill('1') });
  }
});

test('a pattern of the settings looks at each character of a hostile text a fixed number of times', () => {
  const matches = matcher(['*a*a*a*a*a*a*b', '/x/*/y']);
  const text = 'a'.repeat(10_000);
  const indexOf = mock.method(String.prototype, 'indexOf');
  assert.equal(matches(text), false);
  assert.equal(matches(`${text}b`), true);
  assert.equal(matches('/x//y'), true);
  assert.equal(matches('/x/y'), false);
  const calls = indexOf.mock.callCount();
  indexOf.mock.restore();
  assert.ok(calls <= 12, `${calls} searches`);
});

test('names such as __proto__ in baggage, tags and the settings file change no prototype', async () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  const { entries } = extract({
    baggage: names.map((name) => `${name}=polluted`).join(),
    ...Object.fromEntries(names.map((name) => [`uberctx-${name}`, 'polluted'])),
  });
  assert.ok(entries.length >= names.length);
  const file = JSON.stringify({
    agentHost: 'h',
    tags: JSON.parse('{"__proto__":"x","constructor":"y"}'),
    instrumentationOptions: JSON.parse('{"__proto__":{"polluted":true},"constructor":{"polluted":true}}'),
  }).replace('{', '{"__proto__":{"agentPort":7,"polluted":true},');
  const { config } = resolveConfig({
    env: {
      TRACING_AGENT_CONFIG_FILE: 'settings.json',
      JAEGER_TAGS: '__proto__=1,constructor=2',
      OTEL_RESOURCE_ATTRIBUTES: '__proto__=1,__proto__.polluted=1',
      TRACING_AGENT_HEADERS: '__proto__=1',
    },
    readFile: () => file,
  });
  assert.equal(config.agentHost, 'h');
  assert.equal(config.agentPort, 6831);
  assert.equal((config.instrumentationOptions as any).polluted, undefined);
  assert.equal(({} as any).polluted, undefined);
  assert.equal(Object.getPrototypeOf(config.tags), Object.prototype);

  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  try {
    writeFileSync(join(folder, 'settings.json'), file);
    const { stdout, code } = await traceApp(join(__dirname, 'pollution.cjs'), {
      env: { TRACING_AGENT_CONFIG_FILE: join(folder, 'settings.json') },
    });
    assert.deepEqual([stdout, code], ['clean 200\n', 0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
