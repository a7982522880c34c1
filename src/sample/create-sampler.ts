/**
 * Makes the sampler that the settings name.
 * Fifth station of a span's way: called once at start.
 */
import type { Context } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { Roots, SamplerConfig, SamplerType } from '../config/config';
import type { SamplingRule } from '../config/sampling-rules';
import { ConstSampler } from './const-sampler';
import { DEBUG } from './debug-flag';
import type { DebugGuardOptions } from './debug-guard';
import { type DebugIdOf, DebugIdSampler } from './debug-id-sampler';
import { ProbabilisticSampler } from './probabilistic-sampler';
import { RateLimitingSampler } from './rate-limiting-sampler';
import type { Strategy } from './remote/strategy';
import type { RulesSampler } from './rules-sampler';

export interface SamplerOptions extends SamplerConfig {
  /** `incoming`: only spans whose parent came sampled, or with a debug id, are kept; `none`: no span is. */
  readonly roots: Roots;
  /** Looked at before the sampler for each new trace. */
  readonly rules?: readonly SamplingRule[];
  /** Whose debug flags and ids count; everybody's where it isn't given. */
  readonly guard?: GuardOptions | undefined;
}

export interface GuardOptions extends Pick<DebugGuardOptions, 'rate' | 'callers' | 'secret' | 'onDenied'> {
  readonly secretHeader: string;
  readonly creditsEndpoint: string | undefined;
}

interface RemoteOptions {
  readonly serviceName: string;
  /** Where to ask, such as `http://localhost:5778/sampling`. */
  readonly endpoint: string;
  /** In milliseconds. */
  readonly interval: number;
  readonly maxOperations: number;
}

/** What the propagators have found in the request that a trace begins with. */
interface RequestFacts {
  /** The text of a `jaeger-debug-id` header; a root span that has one is kept whatever the sampler says. */
  readonly debugIdOf?: DebugIdOf | undefined;
  /** Jaeger's flags beside `sampled`. */
  readonly flagsOf?: (context: Context) => number;
  readonly headerOf?: (context: Context, name: string) => string | undefined;
}

interface CreatedSampler {
  readonly sampler: Sampler;
  /** Begins and ends what the sampler does beside deciding; after the end the last strategy holds. */
  start(): void;
  stop(): void;
  /** Decides again when the first span of a trace learns its route, or an attribute that a rule names. */
  readonly late?: RulesSampler | undefined;
  /** Jaeger's flags that count: without those that were sent in vain. */
  readonly flagsOf: (context: Context) => number;
  /** Whether it looks at attributes: rules do, and the debug guard does, for the caller's address. */
  readonly readsAttributes: boolean;
  /** Whether it looks at the trace id. */
  readonly readsTraceId: boolean;
}

/** Samplers that decide by something else than the trace id. */
const WITHOUT_TRACE_ID: readonly SamplerType[] = ['always_on', 'always_off', 'const', 'ratelimiting'];

/** Between two questions for debug credits, in milliseconds, as in Jaeger's clients. */
const CREDITS_INTERVAL = 5_000;
const noFlags = (): number => 0;

/** @param remote for a sampler that asks a server, from its `start` on */
export function createSampler(
  options: SamplerOptions,
  remote: RemoteOptions,
  facts: RequestFacts = {},
): CreatedSampler {
  const { flagsOf = noFlags, debugIdOf } = facts;
  if (options.roots === 'none')
    return {
      sampler: new AlwaysOffSampler(),
      start() {},
      stop() {},
      flagsOf,
      readsAttributes: false,
      readsTraceId: false,
    };
  const created =
    options.roots === 'incoming'
      ? createChosen({ ...options, type: 'always_off' }, remote)
      : createChosen(options, remote);
  const late =
    options.roots === 'incoming' ? undefined : createRules(options, remote, created.sampler, facts);
  const chosen = late ?? created.sampler;
  const root = debugIdOf === undefined ? chosen : new DebugIdSampler(debugIdOf, chosen);
  const followsParent = options.parentBased || options.roots === 'incoming';
  const sampler = followsParent ? new ParentBasedSampler({ root }) : root;
  const all: CreatedSampler = {
    ...created,
    sampler,
    late,
    flagsOf,
    readsAttributes: late !== undefined,
    readsTraceId:
      late !== undefined || (options.roots !== 'incoming' && !WITHOUT_TRACE_ID.includes(options.type)),
  };
  return options.guard === undefined ? all : guarded(all, chosen, options.guard, remote.serviceName, facts);
}

function createRules(
  { rules = [] }: SamplerOptions,
  { serviceName }: RemoteOptions,
  other: Sampler,
  { headerOf = () => undefined }: RequestFacts,
): RulesSampler | undefined {
  if (rules.length === 0) return undefined;
  const { RulesSampler } = require('./rules-sampler') as typeof import('./rules-sampler');
  return new RulesSampler({ rules, serviceName, other, headerOf });
}

/** @param root decides where debug is asked for in vain */
function guarded(
  created: CreatedSampler,
  root: Sampler,
  guard: GuardOptions,
  serviceName: string,
  { flagsOf = noFlags, debugIdOf, headerOf }: RequestFacts,
): CreatedSampler {
  const { DebugGuard } = require('./debug-guard') as typeof import('./debug-guard');
  const { DebugCredits } = require('./debug-credits') as typeof import('./debug-credits');
  const credits =
    guard.creditsEndpoint === undefined
      ? undefined
      : new DebugCredits({ endpoint: guard.creditsEndpoint, serviceName, interval: CREDITS_INTERVAL });
  const sampler = new DebugGuard({
    ...guard,
    credits,
    asksForDebug: (context) => (flagsOf(context) & DEBUG) !== 0 || debugIdOf?.(context) !== undefined,
    secretOf: (context) => headerOf?.(context, guard.secretHeader),
    inner: created.sampler,
    root,
  });
  return {
    ...created,
    sampler,
    readsAttributes: created.readsAttributes || guard.callers.length > 0,
    start() {
      created.start();
      credits?.start();
    },
    stop() {
      created.stop();
      credits?.stop();
    },
    flagsOf: (context) => (sampler.denied(context) ? flagsOf(context) & ~DEBUG : flagsOf(context)),
  };
}

function createChosen(
  { type, argument }: SamplerOptions,
  remote: RemoteOptions,
): Pick<CreatedSampler, 'sampler' | 'start' | 'stop'> {
  if (type !== 'remote') return { sampler: createLocal(type, argument), start() {}, stop() {} };
  const { RemoteSampler } = require('./remote/remote-sampler') as typeof import('./remote/remote-sampler');
  const { StrategyPoller } = require('./remote/strategy-poller') as typeof import('./remote/strategy-poller');
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
