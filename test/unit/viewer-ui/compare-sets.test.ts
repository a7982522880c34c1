/** Two sets of traces side by side, and the rates and shares that tables write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareFacts,
  compareOperations,
  spreadOf,
  type TraceSet,
} from '../../../src/viewer/ui/model/compare-sets';
import { formatRate, formatShare } from '../../../src/viewer/ui/model/rate';

const operation = (name: string, p95: number) => ({
  service: 'shop',
  operation: name,
  count: 10,
  errors: 1,
  p50: p95 / 2,
  p95,
});
const a: TraceSet = {
  durations: [1000, 2000, 3000, 4000],
  failed: 1,
  cut: false,
  operations: [operation('GET /', 3000), operation('SELECT', 100)],
};
const b: TraceSet = {
  durations: [2000, 4000],
  failed: 0,
  cut: false,
  operations: [operation('GET /', 4000), operation('INSERT', 200)],
};

test('the facts of two sets stand beside each other', () => {
  const facts = Object.fromEntries(compareFacts(a, b).map((fact) => [fact.name, [fact.a, fact.b]]));
  assert.deepEqual(facts, {
    Traces: [4, 2],
    'With errors': [0.25, 0],
    P50: [2000, 2000],
    P75: [3000, 4000],
    P95: [4000, 4000],
    P99: [4000, 4000],
    Longest: [4000, 4000],
  });
});

test('durations are spread over the same bins, and each set is a whole', () => {
  const spread = spreadOf(a.durations, b.durations);
  const whole = (parts: number[]) => parts.reduce((sum, each) => sum + each, 0);
  assert.ok(Math.abs(whole(spread.a) - 1) < 1e-9 && Math.abs(whole(spread.b) - 1) < 1e-9);
  assert.ok(Math.abs(spread.at[0]! - 1000) < 1e-6 && Math.abs(spread.at.at(-1)! - 4000) < 1e-6);
  assert.equal(spread.a[0], 0.25);
  assert.equal(spread.b.at(-1), 0.5);
  // One duration, or none at all, has no width.
  assert.equal(spreadOf([0, 0], [0]).a[0], 1);
  assert.equal(whole(spreadOf([5], []).b), 0);
});

test('operations are matched, and what only one set has is there too', () => {
  const rows = compareOperations(a, b).map((row) => [row.operation, row.a?.p95, row.b?.p95, row.longer]);
  assert.deepEqual(rows, [
    ['GET /', 3000, 4000, 1000],
    ['SELECT', 100, undefined, 0],
    ['INSERT', undefined, 200, 0],
  ]);
});

test('a rate is written in the unit in which there is at least one', () => {
  const written = [0, 1234.5, 12.34, 1, 0.5, 1 / 60, 0.01, 1e-6, Number.NaN].map(formatRate);
  assert.deepEqual(written, [
    '0/s',
    '1,230/s',
    '12.3/s',
    '1/s',
    '30/min',
    '1/min',
    '36/h',
    '0.0036/h',
    '0/s',
  ]);
});

test('a share is written in per cent', () => {
  assert.deepEqual(
    [formatShare(1, 3), formatShare(1, 1), formatShare(0, 0), formatShare(0.005, 1)],
    ['33 %', '100 %', '0 %', '0.5 %'],
  );
});
