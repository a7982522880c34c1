/**
 * Guards how the strategies that arrive decide: by operation, with lower bounds, and before the first has come.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { RemoteSampler } from '../../../../src/sample/remote/remote-sampler';

let now = 0;
const create = (more: { maxOperations?: number; initialRate?: number } = {}) =>
  new RemoteSampler({ initialRate: 0, maxOperations: 2000, ...more, clock: () => now });
/** An id that no share below 1 keeps. */
const UNLUCKY = 'f'.repeat(8) + '0'.repeat(24);
const ask = (sampler: RemoteSampler, operation = 'op') => {
  const { decision, attributes } = sampler.shouldSample(ROOT_CONTEXT, UNLUCKY, operation);
  return decision === 0 ? 'drop' : `${attributes!['sampler.type']} ${attributes!['sampler.param']}`;
};
const operations = (lowerBound: number, named: Record<string, number> = {}, defaultRate = 0) =>
  ({
    type: 'operations',
    defaultRate,
    lowerBound,
    operations: Object.entries(named).map(([operation, rate]) => ({ operation, rate })),
  }) as const;

test('until the first strategy the initial rate holds', () => {
  assert.equal(ask(create({ initialRate: 1 })), 'probabilistic 1');
  assert.equal(ask(create({ initialRate: 0.5 })), 'drop');
});

test('each strategy of the service takes the place of the one before', () => {
  const sampler = create();
  sampler.update({ type: 'probabilistic', rate: 1 });
  assert.equal(ask(sampler), 'probabilistic 1');
  sampler.update({ type: 'ratelimiting', tracesPerSecond: 1 });
  assert.deepEqual([ask(sampler), ask(sampler)], ['ratelimiting 1', 'drop']);
});

test('an unchanged update gives no new credits', () => {
  const sampler = create();
  for (const strategy of [{ type: 'ratelimiting', tracesPerSecond: 1 } as const, operations(1)]) {
    sampler.update(strategy);
    assert.notEqual(ask(sampler), 'drop');
    sampler.update(strategy);
    assert.equal(ask(sampler), 'drop');
  }
});

test('an operation is asked by its own share first, and gets its lower bound else', () => {
  const sampler = create();
  sampler.update(operations(0.5, { always: 1, never: 0 }));
  assert.equal(ask(sampler, 'always'), 'probabilistic 1');
  assert.deepEqual([ask(sampler, 'never'), ask(sampler, 'never')], ['lowerbound 0.5', 'drop']);
  assert.deepEqual([ask(sampler, 'unnamed'), ask(sampler, 'unnamed')], ['lowerbound 0.5', 'drop']);
  now += 2000;
  assert.equal(ask(sampler, 'never'), 'lowerbound 0.5');
});

test('what the share keeps counts towards the lower bound', () => {
  const sampler = create();
  sampler.update(operations(1, { op: 1 }));
  ask(sampler);
  sampler.update(operations(1, { op: 0 }));
  assert.equal(ask(sampler), 'drop');
});

test('an operation that the answer no longer names falls back to the default', () => {
  const sampler = create();
  sampler.update(operations(0, { op: 1 }));
  assert.equal(ask(sampler), 'probabilistic 1');
  sampler.update(operations(0, {}));
  assert.equal(ask(sampler), 'drop');
});

test('past the most operations the rest share one lower bound', () => {
  const sampler = create({ maxOperations: 2 });
  sampler.update(operations(1));
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((name) => ask(sampler, name)),
    ['lowerbound 1', 'lowerbound 1', 'lowerbound 1', 'drop'],
  );
});
