// What Jaeger's sampling server tells each service: by its file of strategies, or by adaptive sampling.
// After Jaeger 2.13: internal/sampling/samplingstrategy.

/** Of a file as deploy/scale/base/config/strategies.json: the strategy of a service, as the remote sampler takes it. */
export function readStrategies(text) {
  const {
    default_strategy: other = { type: 'probabilistic', param: 0.001 },
    service_strategies: services = [],
  } = JSON.parse(text);
  return (service) => {
    const own = services.find((each) => each.service === service);
    return strategyOf(own ?? other, own === undefined ? [] : (other.operation_strategies ?? []));
  };
}

function strategyOf({ type, param, operation_strategies: operations = [] }, others) {
  const all = new Map([...others, ...operations].map((each) => [each.operation, each.param]));
  if (all.size === 0)
    return type === 'ratelimiting'
      ? { type, tracesPerSecond: param }
      : { type: 'probabilistic', rate: param };
  return {
    type: 'operations',
    // The server has no place for a rate limit beside rates of operations.
    defaultRate: type === 'probabilistic' ? param : 0.001,
    lowerBound: 0,
    operations: [...all].map(([operation, rate]) => ({ operation, rate })),
  };
}

/** The server's defaults. */
export const ADAPTIVE = { initial: 0.001, tolerance: 0.3, least: 1e-5, interval: 60, lowerBound: 1 / 60 };

/**
 * The rate of an operation after `rounds` calculations, from the traces that the server counted in each.
 * @param target traces a second of the operation, over all processes
 */
export function adaptiveRate({ perSecond, target, rounds, random }) {
  let rate = ADAPTIVE.initial;
  for (let round = 0; round < rounds; round++) {
    // All are kept, and they are fewer than the target: it stays so.
    if (rate === 1 && perSecond < target) break;
    const seen = random.count(perSecond * rate * ADAPTIVE.interval) / ADAPTIVE.interval;
    // Near enough: only chance would move it from here.
    if (Math.abs(seen - target) / target < ADAPTIVE.tolerance) break;
    // Down at once, up to the double at most.
    const next = seen === 0 ? rate * 2 : Math.min((rate * target) / seen, rate * 2);
    rate = Math.min(1, Math.max(ADAPTIVE.least, next));
  }
  return rate;
}
