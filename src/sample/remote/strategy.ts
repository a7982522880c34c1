/**
 * A sampling strategy as Jaeger's collector or agent answers it, checked before anything believes it.
 * Fifth station of a span's way: between the poller and the remote sampler.
 *
 * https://github.com/jaegertracing/jaeger-idl/blob/main/thrift/sampling.thrift
 */

interface OperationStrategy {
  readonly operation: string;
  /** 0 to 1. */
  readonly rate: number;
}

export type Strategy =
  | { readonly type: 'probabilistic'; readonly rate: number }
  | { readonly type: 'ratelimiting'; readonly tracesPerSecond: number }
  | {
      readonly type: 'operations';
      /** For operations that aren't named, 0 to 1. */
      readonly defaultRate: number;
      /** Traces a second that each operation gets at least. */
      readonly lowerBound: number;
      readonly operations: readonly OperationStrategy[];
    };

/** @throws Error that says what is wrong, for anything that is no strategy */
export function parseStrategy(answer: string): Strategy {
  const body = object(JSON.parse(answer), 'the answer');
  // Per-operation strategies win over what `strategyType` says: that one is for clients that don't know them.
  if (body.operationSampling !== undefined && body.operationSampling !== null) {
    return operations(object(body.operationSampling, 'operationSampling'));
  }
  if (isType(body.strategyType, 'PROBABILISTIC', 0) && body.probabilisticSampling !== undefined) {
    const { samplingRate } = object(body.probabilisticSampling, 'probabilisticSampling');
    return { type: 'probabilistic', rate: share(samplingRate, 'samplingRate') };
  }
  if (isType(body.strategyType, 'RATE_LIMITING', 1) && body.rateLimitingSampling !== undefined) {
    const { maxTracesPerSecond } = object(body.rateLimitingSampling, 'rateLimitingSampling');
    return { type: 'ratelimiting', tracesPerSecond: count(maxTracesPerSecond, 'maxTracesPerSecond') };
  }
  throw new Error('it names no strategy that this agent knows');
}

function operations(body: Record<string, unknown>): Strategy {
  const list = body.perOperationStrategies ?? [];
  if (!Array.isArray(list)) throw new Error('perOperationStrategies is not a list');
  return {
    type: 'operations',
    defaultRate: share(body.defaultSamplingProbability ?? 0, 'defaultSamplingProbability'),
    lowerBound: count(body.defaultLowerBoundTracesPerSecond ?? 0, 'defaultLowerBoundTracesPerSecond'),
    operations: list.map((each) => {
      const { operation, probabilisticSampling } = object(each, 'a strategy of an operation');
      if (typeof operation !== 'string') throw new Error('a strategy names no operation');
      // Go's JSON leaves out a rate of zero.
      const { samplingRate = 0 } = object(probabilisticSampling ?? {}, 'probabilisticSampling');
      return { operation, rate: share(samplingRate, 'samplingRate') };
    }),
  };
}

/** Absent, a name in any case, or the number of Thrift's enum; 0 is left out by Go's JSON. */
function isType(type: unknown, name: string, number: number): boolean {
  if (type === undefined || type === null) return number === 0;
  return type === number || (typeof type === 'string' && type.toUpperCase() === name);
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is no object`);
  return value as Record<string, unknown>;
}

function share(value: unknown, what: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) throw new Error(`${what} is not from 0 to 1`);
  return value;
}

function count(value: unknown, what: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new Error(`${what} is no number from 0 on`);
  }
  return value;
}
