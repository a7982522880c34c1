/**
 * Latencies, rates and shares of errors over time: the same as counted span by span for each moment, whatever the
 * spans, the window and the step. Latencies beyond four milliseconds may be off by 0.05 %.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TAG_TYPE } from '../../../src/thrift/jaeger';
import { writeBatch } from '../../../src/viewer/batch-writer';
import { Intake } from '../../../src/viewer/intake';
import { type MetricsQuery, serviceMetrics } from '../../../src/viewer/service-metrics';
import { Store } from '../../../src/viewer/store';

const NOW = 1_700_000_000_000_000;

const spans = fc.array(
  fc.record({
    at: fc.integer({ min: -200, max: 300 }),
    duration: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2 ** 45 })),
    failed: fc.boolean(),
    operation: fc.constantFrom('GET /', 'POST /'),
  }),
  { minLength: 1, maxLength: 40 },
);

function storeOf(given: typeof spans extends fc.Arbitrary<infer T> ? T : never): Store {
  const store = new Store(new Intake().counters, 2 ** 26);
  const text = (key: string, value: string) => ({ key, type: TAG_TYPE.string, value });
  const made = given.map(({ at, duration, failed, operation }, i) => ({
    traceId: (i + 1).toString(16).padStart(32, '0'),
    spanId: '1'.padStart(16, '0'),
    parentSpanId: '0'.repeat(16),
    operationName: operation,
    references: [],
    flags: 1,
    startTime: NOW + at,
    duration,
    tags: [
      text('span.kind', 'server'),
      ...(failed ? [{ key: 'error', type: TAG_TYPE.bool, value: true }] : []),
    ],
    logs: [],
  }));
  store.take(writeBatch({ process: { serviceName: 'shop', tags: [] }, spans: made }), false);
  return store;
}

test('each moment counts the spans that began in the window before it', async () => {
  await fc.assert(
    fc.asyncProperty(
      spans,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 150 }),
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.boolean(),
      async (given, step, window, points, quantile, byOperation) => {
        const store = storeOf(given);
        const query: Omit<MetricsQuery, 'metric'> = {
          services: ['shop', 'nobody'],
          kinds: new Set([2]),
          byOperation,
          from: NOW,
          step,
          points,
          window,
          quantile,
        };
        for (const metric of ['calls', 'errors', 'latencies'] as const) {
          const series = await serviceMetrics(store, { ...query, metric });
          for (const { operation, values } of series) {
            const own = given.filter((each) => !byOperation || each.operation === operation);
            for (const [point, value] of values.entries()) {
              const moment = point * step;
              const within = own.filter(({ at }) => at > moment - window && at <= moment);
              if (metric === 'calls') assert.equal(value, within.length / (window / 1e6));
              else if (within.length === 0) assert.ok(Number.isNaN(value));
              else if (metric === 'errors')
                assert.equal(value, within.filter(({ failed }) => failed).length / within.length);
              else {
                const sorted = within.map(({ duration }) => duration).sort((a, b) => a - b);
                const exact = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1]!;
                assert.ok(
                  Math.abs(value * 1000 - exact) <= exact * 0.0005 + 1e-6,
                  `${value * 1000} for ${exact}`,
                );
                if (exact < 4096) assert.ok(Math.abs(value * 1000 - exact) < 1e-6);
              }
            }
          }
          // A group is there where any of its spans counts for a moment, and only then.
          const counted = given.filter(({ at }) =>
            Array.from({ length: points }, (_, i) => i * step).some((t) => at > t - window && at <= t),
          );
          const groups = new Set(counted.map(({ operation }) => (byOperation ? operation : '')));
          assert.deepEqual(
            series.map(({ operation }) => operation),
            [...groups].sort(),
          );
        }
      },
    ),
    { numRuns: 200 },
  );
});
