/**
 * Guards what is believed of a sampling server's answer: every form that Jaeger gives, and nothing out of range.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStrategy } from '../../../../src/sample/remote/strategy';

const parse = (answer: unknown) => parseStrategy(JSON.stringify(answer));

test('a probabilistic strategy, its type a name, a number, or left out', () => {
  const probabilisticSampling = { samplingRate: 0.5 };
  for (const strategyType of ['PROBABILISTIC', 'probabilistic', 0, undefined]) {
    assert.deepEqual(parse({ strategyType, probabilisticSampling }), { type: 'probabilistic', rate: 0.5 });
  }
});

test('a rate-limiting strategy', () => {
  for (const strategyType of ['RATE_LIMITING', 1]) {
    const answer = { strategyType, rateLimitingSampling: { maxTracesPerSecond: 7 } };
    assert.deepEqual(parse(answer), { type: 'ratelimiting', tracesPerSecond: 7 });
  }
});

test('strategies of operations win over the type, and what Go leaves out is zero', () => {
  const answer = {
    strategyType: 'PROBABILISTIC',
    probabilisticSampling: { samplingRate: 1 },
    operationSampling: {
      defaultSamplingProbability: 0.1,
      perOperationStrategies: [
        { operation: 'GET /a', probabilisticSampling: { samplingRate: 0.7 } },
        { operation: 'GET /b', probabilisticSampling: {} },
      ],
    },
  };
  assert.deepEqual(parse(answer), {
    type: 'operations',
    defaultRate: 0.1,
    lowerBound: 0,
    operations: [
      { operation: 'GET /a', rate: 0.7 },
      { operation: 'GET /b', rate: 0 },
    ],
  });
});

for (const answer of [
  {},
  [],
  null,
  'x',
  { strategyType: 2 },
  { strategyType: 'PROBABILISTIC' },
  { probabilisticSampling: { samplingRate: 2 } },
  { probabilisticSampling: { samplingRate: '0.5' } },
  { strategyType: 1, rateLimitingSampling: { maxTracesPerSecond: -1 } },
  { operationSampling: { perOperationStrategies: {} } },
  { operationSampling: { perOperationStrategies: [{ probabilisticSampling: { samplingRate: 1 } }] } },
  { operationSampling: { defaultSamplingProbability: null, perOperationStrategies: [1] } },
]) {
  test(`${JSON.stringify(answer)} is refused with a reason`, () => {
    assert.throws(() => parse(answer), Error);
  });
}

test('any JSON gives a strategy in range or an error, and pollutes nothing', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      try {
        const strategy = parseStrategy(text);
        if (strategy.type === 'probabilistic') assert.ok(strategy.rate >= 0 && strategy.rate <= 1);
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }),
    { seed: 11, numRuns: 2000 },
  );
  assert.throws(() =>
    parseStrategy('{"__proto__":{"strategyType":0,"probabilisticSampling":{"samplingRate":1}}}'),
  );
  assert.equal(({} as { strategyType?: unknown }).strategyType, undefined);
});
