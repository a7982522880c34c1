/**
 * Makes the sampler that the settings name.
 * Fifth station of a span's way: called once at start.
 */
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { Roots, SamplerConfig, SamplerType } from '../config/config';
import { ConstSampler } from './const-sampler';
import { type DebugIdOf, DebugIdSampler } from './debug-id-sampler';
import { ProbabilisticSampler } from './probabilistic-sampler';
import { RateLimitingSampler } from './rate-limiting-sampler';
import { RemoteSampler } from './remote/remote-sampler';
import type { Strategy } from './remote/strategy';
import { StrategyPoller } from './remote/strategy-poller';

export interface SamplerOptions extends SamplerConfig {
  /** `incoming`: only spans whose parent came sampled, or with a debug id, are kept; `none`: no span is. */
  readonly roots: Roots;
}

export interface RemoteOptions {
  readonly serviceName: string;
  /** Where to ask, such as `http://localhost:5778/sampling`. */
  readonly endpoint: string;
  /** In milliseconds. */
  readonly interval: number;
  readonly maxOperations: number;
}

export interface CreatedSampler {
  readonly sampler: Sampler;
  /** Begins and ends what the sampler does beside deciding; after the end the last strategy holds. */
  start(): void;
  stop(): void;
}

/**
 * @param remote for a sampler that asks a server, from its `start` on
 * @param debugIdOf finds the text of a `jaeger-debug-id` header; a root span that has one is kept whatever the sampler says
 */
export function createSampler(
  options: SamplerOptions,
  remote: RemoteOptions,
  debugIdOf?: DebugIdOf,
): CreatedSampler {
  if (options.roots === 'none') return { sampler: new AlwaysOffSampler(), start() {}, stop() {} };
  const { sampler: chosen, ...rest } =
    options.roots === 'incoming'
      ? createRoot({ ...options, type: 'always_off' }, remote)
      : createRoot(options, remote);
  const root = debugIdOf === undefined ? chosen : new DebugIdSampler(debugIdOf, chosen);
  const followsParent = options.parentBased || options.roots === 'incoming';
  return { sampler: followsParent ? new ParentBasedSampler({ root }) : root, ...rest };
}

function createRoot({ type, argument }: SamplerOptions, remote: RemoteOptions): CreatedSampler {
  if (type !== 'remote') return { sampler: createLocal(type, argument), start() {}, stop() {} };
  const { serviceName, endpoint, interval, maxOperations } = remote;
  const sampler = new RemoteSampler({ initialRate: argument, maxOperations });
  const onStrategy = (strategy: Strategy) => sampler.update(strategy);
  const poller = new StrategyPoller({ endpoint, serviceName, interval, onStrategy });
  return { sampler, start: () => poller.start(), stop: () => poller.stop() };
}

function createLocal(type: Exclude<SamplerType, 'remote'>, argument: number): Sampler {
  switch (type) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(argument);
    case 'const':
      return new ConstSampler(argument !== 0);
    case 'probabilistic':
      return new ProbabilisticSampler(argument);
    case 'ratelimiting':
      return new RateLimitingSampler(argument);
  }
}
