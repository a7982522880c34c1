/**
 * The viewer's store: what goes in comes out, the oldest traces leave whole, and a malformed batch leaves no trace.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JaegerSpan, JaegerTag } from '../../../src/thrift/jaeger';
import { ThriftError } from '../../../src/thrift/reader';
import { parseQuery } from '../../../src/viewer/api/query-language';
import { writeBatch } from '../../../src/viewer/batch-writer';
import { IdTable } from '../../../src/viewer/id-table';
import { Intake } from '../../../src/viewer/intake';
import { decodeTrace, jsonTrace } from '../../../src/viewer/jaeger-trace';
import { findTraces } from '../../../src/viewer/search';
import { Store } from '../../../src/viewer/store';

const NOW = Date.now() * 1000;
const NO_PARENT = '0'.repeat(16);

function id(number: number, digits = 16): string {
  return number.toString(16).padStart(digits, '0');
}

function span(trace: number, number: number, parent = 0, more: Partial<JaegerSpan> = {}): JaegerSpan {
  return {
    traceId: id(trace, 32),
    spanId: id(number),
    parentSpanId: parent === 0 ? NO_PARENT : id(parent),
    operationName: number === 1 ? 'GET /' : `call ${number}`,
    references: [],
    flags: 1,
    startTime: NOW + trace * 1000 + number,
    duration: 10 * number,
    tags: [],
    logs: [],
    ...more,
  };
}

function batch(spans: JaegerSpan[], serviceName = 'shop'): Uint8Array {
  return writeBatch({ process: { serviceName, tags: [] }, spans });
}

function store(maxBytes = 2 ** 28) {
  const intake = new Intake();
  const cut: string[] = [];
  return {
    counters: intake.counters,
    cut,
    store: new Store(intake.counters, maxBytes, (_, ids) => cut.push(...ids)),
  };
}

async function found(target: Store, query: string): Promise<number[]> {
  const condition = parseQuery(query);
  const search = { condition, start: 0, end: Number.POSITIVE_INFINITY, limit: 2000, sort: 'start' } as const;
  const { traces } = await findTraces(target, search);
  return traces.map((trace) => Number.parseInt(target.ids.hex(trace), 16)).sort((a, b) => a - b);
}

test('spans of each kind of tag come out as they went in', () => {
  const tags: JaegerTag[] = [
    { key: 'text', type: 0, value: 'größe 漢 😀' },
    { key: 'double', type: 1, value: -0.1 },
    { key: 'bool', type: 2, value: true },
    { key: 'long', type: 3, value: -(2 ** 40) },
    { key: 'big', type: 3, value: 2n ** 62n + 1n },
    { key: 'bytes', type: 4, value: new Uint8Array([0, 255]) },
  ];
  const { store: target } = store();
  const spans = [span(1, 1, 0, { tags, logs: [{ timestamp: NOW, fields: tags }] }), span(1, 2, 1)];
  target.take(batch(spans), false);
  assert.deepEqual(
    decodeTrace(target, target.find(id(1, 32))).map((each) => each.span),
    spans,
  );
});

test('what is asked for is found, over several segments', async () => {
  const { store: target } = store(2 ** 22);
  const value = (trace: number): JaegerTag[] => [
    { key: 'number', type: 3, value: trace },
    { key: 'path', type: 0, value: `/orders/${trace}` },
    { key: 'error', type: 2, value: trace % 10 === 0 },
    { key: 'span.kind', type: 0, value: trace % 2 === 0 ? 'server' : 'client' },
  ];
  for (let trace = 1; trace <= 1500; trace++) {
    const service = trace % 3 === 0 ? 'stock' : 'shop';
    target.take(batch([span(trace, 1, 0, { tags: value(trace), duration: trace })], service), false);
  }
  assert.ok(target.segments.length > 2, `${target.segments.length} segments`);
  const all = Array.from({ length: 1500 }, (_, index) => index + 1);
  const cases: [query: string, expected: (trace: number) => boolean][] = [
    ['', () => true],
    ['service=shop', (n) => n % 3 !== 0],
    ['number=7', (n) => n === 7],
    ['number>=1490', (n) => n >= 1490],
    ['path=/orders/77', (n) => n === 77],
    ['path=/orders/77*', (n) => String(n).startsWith('77')],
    ['path!=/orders/77*', (n) => !String(n).startsWith('77')],
    ['path~ORDERS/148', (n) => String(n).startsWith('148')],
    ['error=true', (n) => n % 10 === 0],
    ['kind=server', (n) => n % 2 === 0],
    ['duration>1ms', (n) => n > 1000],
    [
      'error=true (number<21 OR service=stock) NOT number=30',
      (n) => n % 10 === 0 && (n < 21 || n % 3 === 0) && n !== 30,
    ],
    ['orders/1499', (n) => n === 1499],
    ['nothing=*', () => false],
    ['trace.service=stock', (n) => n % 3 === 0],
    ['trace.errors>0', (n) => n % 10 === 0],
    [`traceID=${id(5, 32)} OR traceID=*5dc`, (n) => n === 5 || n === 1500],
  ];
  for (const [query, expected] of cases)
    assert.deepEqual(await found(target, query), all.filter(expected), query);
});

test('a closed segment, which is searched by its indexes, finds what an open one finds span by span', async () => {
  const closed = store(2 ** 20).store;
  const open = store(2 ** 28).store;
  const texts = [
    '',
    'a',
    'GET /Orders',
    'größe ÄÖ',
    '\u212a',
    'ΣΑΣ',
    'x'.repeat(300),
    '50',
    '-7.5',
    '1e3',
    '*',
    '\u{1f600}a',
  ];
  for (let trace = 1; trace <= 2000; trace++) {
    const text = texts[trace % texts.length]!;
    const tags: JaegerTag[] = [
      { key: 'text', type: 0, value: text },
      { key: 'own', type: 0, value: `Order-${trace} ${text}` },
      { key: 'long', type: 3, value: trace % 7 === 0 ? 2n ** 60n + BigInt(trace) : trace - 1000 },
      { key: 'double', type: 1, value: trace / 3 },
      { key: 'bytes', type: 4, value: new Uint8Array([trace, 255]) },
      ...(trace % 5 === 0 ? [{ key: 'odd', type: 2, value: trace % 2 === 0 } as const] : []),
    ];
    const given = batch([span(trace, 1, 0, { tags, operationName: `Call ${trace % 50}` })], `s${trace % 3}`);
    for (const target of [closed, open]) target.take(given, false);
  }
  assert.equal(open.segments.length, 1);
  assert.ok(closed.segments.length > 3 && closed.traces > 1000, `${closed.segments.length} segments`);
  const first = 2001 - closed.traces;
  const queries = [
    'text=a',
    'text=""',
    'text~ORDERS',
    'text~größe',
    'text~äö',
    'text~k',
    'text~σα',
    'text~""',
    'text=\\*',
    'text=*E*rd*',
    'own=Order-19*',
    'own=*-1999*',
    'own=*-199?*',
    'own~"order-150"',
    'own~-7',
    'own>5',
    'long>500',
    'long=999',
    'long~15292',
    'long=-5',
    'double<400.5',
    'text>=50',
    'bytes~zp',
    'odd=true',
    'odd=*',
    'odd!=true',
    'NOT text~a odd=*',
    'a',
    '1999',
    'ÄÖ',
    'operation="Call 7"',
    'operation~"CALL 7"',
    'operation=*7',
    'operation!=*7',
    'Call',
    'service=s1 OR own=*1998*',
    'trace.service=s1 -text=a',
    'nothing=1',
    'nothing!=1',
    `traceID=*${id(1900)}`,
    '\u{1f600}',
  ];
  for (const query of queries) {
    const expected = (await found(open, query)).filter((trace) => trace >= first);
    assert.deepEqual(await found(closed, query), expected, query);
    if (!/^(nothing=1|own=\*-199\?\*|text=a|own>5)/.test(query))
      assert.ok(expected.length > 0, `nothing for ${query}`);
  }
});

test('the oldest traces leave first, whole, also those that go on in later segments', async () => {
  const { store: target, counters, cut } = store(2 ** 20);
  const padding: JaegerTag[] = [{ key: 'padding', type: 0, value: 'x'.repeat(500) }];
  target.take(batch([span(1, 1, 0, { tags: padding })]), false);
  let trace = 2;
  for (; counters.evictedTraces === 0; trace++) {
    target.take(batch([span(trace, 1, 0, { tags: padding })]), false);
    // The first trace goes on for ever.
    if (counters.evictedTraces === 0) target.take(batch([span(1, trace, 1)]), false);
  }
  const left = await found(target, '');
  assert.equal(left.includes(1), false);
  assert.deepEqual(cut, [id(1, 32)]);
  assert.equal(left.at(-1), trace - 1);
  assert.deepEqual(
    left,
    Array.from({ length: left.length }, (_, index) => trace - left.length + index),
  );
  assert.equal(counters.evictedTraces, trace - 1 - left.length);
  assert.equal(target.traces, left.length);
  assert.equal(target.spans, left.length);
  assert.ok(target.bytes <= 2 ** 20, `${target.bytes} bytes`);
  assert.equal(counters.spansReceived, counters.evictedSpans + target.spans);
});

test('a batch cut off anywhere is refused, and nothing of it stays', async () => {
  const { store: target } = store();
  const tags: JaegerTag[] = [{ key: 'a', type: 0, value: 'before' }];
  target.take(batch([span(1, 1, 0, { tags })]), false);
  const whole = batch([span(2, 1, 0, { tags: [{ key: 'b', type: 3, value: 5 }] }), span(2, 2, 1)], 'other');
  for (let length = 0; length < whole.length; length++)
    assert.throws(() => target.take(whole.subarray(0, length), false), ThriftError);
  assert.deepEqual(await found(target, ''), [1]);
  assert.equal(target.spans, 1);
  target.take(whole, false);
  assert.deepEqual(await found(target, 'b=5'), [2]);
  assert.deepEqual(await found(target, 'a=before'), [1]);
  // Nor is there anything behind the last span.
  assert.deepEqual(await found(target, 'a!=before'), [2]);
});

test('cycles, duplicate ids, spans of the future and missing parents are shown as such', () => {
  const { store: target, counters } = store();
  const spans = [
    span(1, 1, 2),
    span(1, 2, 1),
    span(1, 3, 3),
    span(1, 4, 0),
    span(1, 4, 0),
    span(1, 5, 9),
    span(1, 4, 0, { operationName: 'another' }),
    span(1, 6, 4, { startTime: NOW + 3600e6 }),
  ];
  target.take(batch(spans), false);
  const { spans: shown } = jsonTrace(target, target.find(id(1, 32)));
  const warnings = (number: number) =>
    shown.filter((each) => each.spanID === id(number)).map((each) => each.warnings?.join());
  for (const number of [1, 2, 3]) assert.match(warnings(number)[0]!, /cycle/);
  // The same twice is one; two that differ are two.
  assert.equal(warnings(4).length, 2);
  assert.match(warnings(4)[0]!, /duplicate span id/);
  assert.match(warnings(5)[0]!, /invalid parent span IDs=0000000000000009/);
  assert.match(warnings(6)[0]!, /future/);
  assert.equal(counters.duplicateSpans, 2);
  assert.equal(counters.futureSpans, 1);
});

test('ids are found again through any order of adding and deleting', () => {
  const table = new IdTable();
  const rows = new Map<number, number>();
  let state = 7;
  const next = (end: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state % end;
  };
  for (let round = 0; round < 50_000; round++) {
    const key = next(5000);
    const row = rows.get(key);
    if (row !== undefined && next(2) === 0) {
      table.delete(row);
      rows.delete(key);
    } else rows.set(key, table.add(0, key, 0, -key));
  }
  assert.equal(table.size, rows.size);
  for (let key = 0; key < 5000; key++) assert.equal(table.find(0, key, 0, -key), rows.get(key) ?? -1);
});
