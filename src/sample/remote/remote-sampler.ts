/**
 * Jaeger's `remote` sampler: decides as the last strategy that the collector answered says.
 * Fifth station of a span's way: asked for the root span of each trace.
 */
import type { Context } from '@opentelemetry/api';
import { ProbabilisticSampler } from '../probabilistic-sampler';
import { type Clock, RateLimiter } from '../rate-limiter';
import { DROP, NOT_RECORD, RECORD_AND_SAMPLED, type SamplingResult } from '../sampling-result';
import type { Strategy } from './strategy';

type Decide = (context: Context, traceId: string, operation: string) => SamplingResult;

interface RemoteSamplerOptions {
  /** Share of traces kept until the first strategy, 0 to 1. */
  readonly initialRate: number;
  /** Operations told apart at most; the rest share the default's rate and lower bound. */
  readonly maxOperations: number;
  readonly clock?: Clock;
}

export class RemoteSampler {
  readonly #options: RemoteSamplerOptions;
  #decide: Decide;
  #rateLimiter: RateLimiter | undefined;
  /** Kept over updates, so that an unchanged strategy gives no operation new credits. */
  #operations = new Map<string, OperationSampler>();
  #others: OperationSampler | undefined;

  constructor(options: RemoteSamplerOptions) {
    this.#options = options;
    this.#decide = probabilistic(options.initialRate);
  }

  shouldSample(context: Context, traceId: string, operation: string): SamplingResult {
    return this.#decide(context, traceId, operation);
  }

  /** Decides by `strategy` from now on. */
  update(strategy: Strategy): void {
    switch (strategy.type) {
      case 'probabilistic':
        this.#decide = probabilistic(strategy.rate);
        return;
      case 'ratelimiting':
        this.#decide = this.#rateLimiting(strategy.tracesPerSecond);
        return;
      case 'operations':
        this.#decide = this.#perOperation(strategy);
        return;
    }
  }

  toString(): string {
    return 'RemoteSampler';
  }

  #rateLimiting(tracesPerSecond: number): Decide {
    const limiter = this.#rateLimiter ?? new RateLimiter(tracesPerSecond, this.#options.clock);
    limiter.setRate(tracesPerSecond);
    this.#rateLimiter = limiter;
    const keep = kept('ratelimiting', tracesPerSecond);
    return () => (tracesPerSecond > 0 && limiter.take() ? keep : DROP);
  }

  #perOperation({ operations, defaultRate, lowerBound }: Strategy & { type: 'operations' }): Decide {
    const { maxOperations, clock } = this.#options;
    const rates = new Map(operations.slice(0, maxOperations).map(({ operation, rate }) => [operation, rate]));
    // One that the answer no longer names falls back to the default, with the credits that it has.
    for (const [operation, sampler] of this.#operations)
      sampler.update(rates.get(operation) ?? defaultRate, lowerBound);
    const others = this.#others ?? new OperationSampler(defaultRate, lowerBound, clock);
    others.update(defaultRate, lowerBound);
    this.#others = others;
    return (context, traceId, operation) => {
      let sampler = this.#operations.get(operation);
      if (sampler === undefined) {
        if (this.#operations.size >= maxOperations) return others.decide(context, traceId);
        sampler = new OperationSampler(rates.get(operation) ?? defaultRate, lowerBound, clock);
        this.#operations.set(operation, sampler);
      }
      return sampler.decide(context, traceId);
    };
  }
}

/** Jaeger's guaranteed-throughput sampler: a share of an operation's traces, and at least so many a second. */
class OperationSampler {
  #rate: number;
  #sampler: ProbabilisticSampler;
  readonly #limiter: RateLimiter;
  #lowerBound: SamplingResult;
  #bound: number;

  constructor(rate: number, lowerBound: number, clock: Clock | undefined) {
    this.#rate = rate;
    this.#sampler = new ProbabilisticSampler(rate);
    this.#bound = lowerBound;
    this.#limiter = new RateLimiter(lowerBound, clock);
    this.#lowerBound = kept('lowerbound', lowerBound);
  }

  update(rate: number, lowerBound: number): void {
    if (rate !== this.#rate) {
      this.#rate = rate;
      this.#sampler = new ProbabilisticSampler(rate);
    }
    if (lowerBound !== this.#bound) {
      this.#bound = lowerBound;
      this.#limiter.setRate(lowerBound);
      this.#lowerBound = kept('lowerbound', lowerBound);
    }
  }

  decide(context: Context, traceId: string): SamplingResult {
    const result = this.#sampler.shouldSample(context, traceId);
    // What the share keeps counts towards the lower bound too.
    const credit = this.#bound > 0 && this.#limiter.take();
    if (result.decision !== NOT_RECORD) return result;
    return credit ? this.#lowerBound : DROP;
  }
}

function probabilistic(rate: number): Decide {
  const sampler = new ProbabilisticSampler(rate);
  return (context, traceId) => sampler.shouldSample(context, traceId);
}

function kept(type: string, parameter: number): SamplingResult {
  return {
    decision: RECORD_AND_SAMPLED,
    attributes: Object.freeze({ 'sampler.type': type, 'sampler.param': parameter }),
  };
}
