/**
 * Jaeger's `const` sampler: keeps every trace or none.
 * Fifth station of a span's way: asked for the root span of each trace.
 */
import { DROP, RECORD_AND_SAMPLED, type SamplingResult } from './sampling-result';

/** A `Sampler` for OpenTelemetry's SDK 1.x to 3.x. */
export class ConstSampler {
  readonly #keep: boolean;
  readonly #result: SamplingResult;

  /** @param keep whether every trace is kept */
  constructor(keep: boolean) {
    this.#keep = keep;
    this.#result = keep
      ? {
          decision: RECORD_AND_SAMPLED,
          attributes: Object.freeze({ 'sampler.type': 'const', 'sampler.param': true }),
        }
      : DROP;
  }

  shouldSample(): SamplingResult {
    return this.#result;
  }

  toString(): string {
    return `ConstSampler{${this.#keep}}`;
  }
}
