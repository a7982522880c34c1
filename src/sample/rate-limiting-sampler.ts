/**
 * Jaeger's `ratelimiting` sampler: keeps at most so many traces a second.
 * Fifth station of a span's way: asked for the root span of each trace.
 */
import { type Clock, RateLimiter } from './rate-limiter';
import { DROP, RECORD_AND_SAMPLED, type SamplingResult } from './sampling-result';

/** A `Sampler` for OpenTelemetry's SDK 1.x to 3.x. */
export class RateLimitingSampler {
  readonly #limiter: RateLimiter;
  readonly #rate: number;
  readonly #keep: SamplingResult;

  /**
   * @param rate traces a second; fractions too (0.1: one in ten seconds), none where it is 0, less, or no number
   * @param clock for tests; default is the monotonic clock
   */
  constructor(rate: number, clock?: Clock) {
    this.#rate = rate;
    this.#limiter = new RateLimiter(rate, clock);
    this.#keep = {
      decision: RECORD_AND_SAMPLED,
      attributes: Object.freeze({ 'sampler.type': 'ratelimiting', 'sampler.param': rate }),
    };
  }

  shouldSample(): SamplingResult {
    return this.#rate > 0 && this.#limiter.take() ? this.#keep : DROP;
  }

  toString(): string {
    return `RateLimitingSampler{${this.#rate}}`;
  }
}
