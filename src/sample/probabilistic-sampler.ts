/**
 * Jaeger's `probabilistic` sampler: keeps a share of all traces, chosen by trace id, so that all services agree.
 * Fifth station of a span's way: asked for the root span of each trace.
 */
import type { Context } from '@opentelemetry/api';
import { TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';
import { DROP, NOT_RECORD, RECORD_AND_SAMPLED, type SamplingResult } from './sampling-result';

/** A `Sampler` for OpenTelemetry's SDK 1.x to 3.x. Decides as its `traceidratio` does, and adds Jaeger's tags. */
export class ProbabilisticSampler {
  readonly #ratio: TraceIdRatioBasedSampler;
  readonly #rate: number;
  readonly #keep: SamplingResult;

  /** @param rate share of traces kept, 0 to 1; above that all, and none where it is no number */
  constructor(rate: number) {
    this.#rate = rate;
    this.#ratio = new TraceIdRatioBasedSampler(rate);
    this.#keep = {
      decision: RECORD_AND_SAMPLED,
      attributes: Object.freeze({ 'sampler.type': 'probabilistic', 'sampler.param': rate }),
    };
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    return this.#ratio.shouldSample(context, traceId).decision === NOT_RECORD ? DROP : this.#keep;
  }

  toString(): string {
    return `ProbabilisticSampler{${this.#rate}}`;
  }
}
