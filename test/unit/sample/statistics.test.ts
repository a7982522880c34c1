/**
 * Guards that each sampler keeps the share or the rate that it is told: 20,000 seeded trace ids within five standard
 * deviations of the binomial distribution, and rates over simulated time.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { createSampler } from '../../../src/sample/create-sampler';
import { RateLimitingSampler } from '../../../src/sample/rate-limiting-sampler';
import { RemoteSampler } from '../../../src/sample/remote/remote-sampler';
import { parseStrategy } from '../../../src/sample/remote/strategy';

const TRACES = 20_000;

/** xorshift32: the same ids in every run, all bits used. */
function ids(seed: number): () => string {
  let state = seed;
  const word = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0).toString(16).padStart(8, '0');
  };
  return () => word() + word() + word() + word();
}

interface Asked {
  shouldSample(...args: any[]): { readonly decision: number };
}

function kept(sampler: Asked, seed: number, operation = 'GET'): number {
  const next = ids(seed);
  let count = 0;
  for (let index = 0; index < TRACES; index++) {
    const result = sampler.shouldSample(ROOT_CONTEXT, next(), operation, SpanKind.SERVER, {}, []);
    if (result.decision === SamplingDecision.RECORD_AND_SAMPLED) count++;
  }
  return count;
}

function assertShare(count: number, share: number, what: string): void {
  const sigma = Math.sqrt(TRACES * share * (1 - share));
  assert.ok(Math.abs(count - TRACES * share) <= 5 * sigma, `${what}: ${count} of ${TRACES}, not ${share}`);
}

const NO_REMOTE = { serviceName: '', endpoint: '', interval: 0, maxOperations: 0 };
const local = (type: 'traceidratio' | 'probabilistic', argument: number) =>
  createSampler({ type, argument, parentBased: true, roots: 'all' }, NO_REMOTE).sampler;

for (const share of [0, 0.001, 0.1, 0.5, 0.999, 1]) {
  test(`a share of ${share}`, () => {
    assertShare(kept(local('traceidratio', share), 1), share, 'traceidratio');
    assertShare(kept(local('probabilistic', share), 2), share, 'probabilistic');
    const remote = new RemoteSampler({ initialRate: share, maxOperations: 10 });
    assertShare(kept(remote, 3), share, 'remote, before the first answer');
    remote.update(
      parseStrategy(
        JSON.stringify({ strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: share } }),
      ),
    );
    assertShare(kept(remote, 4), share, 'remote, by service');
    remote.update(
      parseStrategy(
        JSON.stringify({
          operationSampling: {
            defaultSamplingProbability: share,
            defaultLowerBoundTracesPerSecond: 0,
            perOperationStrategies: [
              { operation: 'one', probabilisticSampling: { samplingRate: 1 - share } },
            ],
          },
        }),
      ),
    );
    assertShare(kept(remote, 5, 'one'), 1 - share, 'remote, by operation');
    assertShare(kept(remote, 6, 'another'), share, 'remote, the default of operations');
  });
}

test('so many a second over simulated time, whatever the rate of requests', () => {
  for (const [rate, requests] of [
    [10, 1_000],
    [0.5, 100],
    [2.5, 20],
  ] as const) {
    let now = 0;
    const sampler = new RateLimitingSampler(rate, () => now);
    let count = 0;
    const seconds = 200;
    for (let index = 0; index < seconds * requests; index++) {
      now = (index * 1_000) / requests;
      if (sampler.shouldSample().decision === SamplingDecision.RECORD_AND_SAMPLED) count++;
    }
    // And at the start as many as the bucket holds.
    const expected = rate * seconds + Math.max(1, rate);
    assert.ok(Math.abs(count - expected) <= 2, `${rate} a second: ${count}, not ${expected}`);
  }
});
