/** Guards the pauses before a retry, which are client-go's, and the durations that Kooper's tags hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goDuration } from '../../../src/controller/go-duration';
import { RetryLimiter } from '../../../src/controller/retry-limiter';

test('5 ms doubled with each failure of a key, up to 1,000 s, and anew once it is forgotten', () => {
  let now = 0;
  const limiter = new RetryLimiter(() => now);
  const delays: number[] = [];
  for (let failure = 0; failure < 20; failure++) {
    // Keeps the bucket full.
    now += 1000;
    delays.push(limiter.failed('a'));
  }
  assert.deepEqual(delays.slice(0, 4), [5, 10, 20, 40]);
  assert.equal(delays.at(-1), 1_000_000);
  assert.equal(limiter.failures('a'), 20);
  assert.equal(limiter.failed('b'), 5);
  limiter.forget('a');
  assert.equal(limiter.failures('a'), 0);
  assert.equal(limiter.failed('a'), 5);
});

test('after a burst of 100 failures, ten a second', () => {
  const limiter = new RetryLimiter(() => 0);
  const delays = Array.from({ length: 103 }, (_, index) => limiter.failed(`key-${index}`));
  assert.equal(delays[99], 5);
  assert.deepEqual(delays.slice(100), [100, 200, 300]);
});

test('durations are written as Go writes them', () => {
  const written = [0, 0.5, 250, 1000, 30_000, 90_500, 120_000, 3_600_000, 5_400_000].map(goDuration);
  assert.deepEqual(written, ['0s', '500µs', '250ms', '1s', '30s', '1m30.5s', '2m0s', '1h0m0s', '1h30m0s']);
});
