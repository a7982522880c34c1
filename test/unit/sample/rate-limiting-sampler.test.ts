/**
 * Guards how many traces a second the rate-limiting sampler keeps, after bursts, pauses and odd clocks; on a clock of the test's.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimitingSampler } from '../../../src/sample/rate-limiting-sampler';

let now = 0;
const create = (rate: number) => new RateLimitingSampler(rate, () => now);
const kept = (sampler: RateLimitingSampler, asked: number) =>
  Array.from({ length: asked }, () => sampler.shouldSample()).filter(({ decision }) => decision === 2).length;

test('a burst takes a second of credits, and then no more until time has passed', () => {
  const sampler = create(10);
  assert.equal(kept(sampler, 100), 10);
  now += 99;
  assert.equal(kept(sampler, 1), 0);
  now += 2;
  assert.equal(kept(sampler, 5), 1);
});

test('a long pause saves up no more than one second', () => {
  const sampler = create(10);
  now += 3_600_000;
  assert.equal(kept(sampler, 100), 10);
});

test('a rate below one keeps one trace in its time, the first at once', () => {
  const sampler = create(0.1);
  assert.equal(kept(sampler, 5), 1);
  now += 9_999;
  assert.equal(kept(sampler, 5), 0);
  now += 2;
  assert.equal(kept(sampler, 5), 1);
});

test('over a minute of load the rate holds exactly', () => {
  const sampler = create(25);
  kept(sampler, 100);
  let total = 0;
  for (let i = 0; i < 6000; i++) {
    now += 10;
    total += kept(sampler, 3);
  }
  assert.ok(Math.abs(total - 1500) <= 1, `${total}`);
});

test('zero keeps nothing; a clock that goes back gives nothing and takes nothing', () => {
  assert.equal(kept(create(0), 10), 0);
  const sampler = create(1);
  assert.equal(kept(sampler, 1), 1);
  now -= 10_000;
  assert.equal(kept(sampler, 1), 0);
});

test('kept roots carry the tags of Jaeger clients', () => {
  assert.deepEqual(create(2).shouldSample().attributes, {
    'sampler.type': 'ratelimiting',
    'sampler.param': 2,
  });
});
