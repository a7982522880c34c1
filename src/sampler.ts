/** The public part `tracing-agent/sampler`: Jaeger's samplers for anyone's OpenTelemetry SDK. Fifth station of a span's way. */
export { ConstSampler } from './sample/const-sampler';
export { ProbabilisticSampler } from './sample/probabilistic-sampler';
export { RateLimitingSampler } from './sample/rate-limiting-sampler';
export {
  type InitialSampler,
  JaegerRemoteSampler,
  type JaegerRemoteSamplerOptions,
} from './sample/remote/jaeger-remote-sampler';
export type { SamplingResult } from './sample/sampling-result';
