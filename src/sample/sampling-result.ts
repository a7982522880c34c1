/**
 * What a sampler answers, in the words of OpenTelemetry's SDK but without its types, so that ours fit 1.x to 3.x.
 * Fifth station of a span's way.
 */
import type { Attributes } from '@opentelemetry/api';

/** The values of the SDK's enum `SamplingDecision`. */
export const NOT_RECORD = 0;
export const RECORD_AND_SAMPLED = 2;

/** What a sampler answers; the SDK's type of that name takes it. */
export interface SamplingResult {
  /** `SamplingDecision` of the SDK: 0 not recorded, 1 recorded, 2 recorded and sampled. */
  readonly decision: 0 | 1 | 2;
  /** Tags of the root span. */
  readonly attributes?: Readonly<Attributes>;
}

export const DROP: SamplingResult = { decision: NOT_RECORD };
