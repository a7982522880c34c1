/**
 * Joins the stages from `propagate` to `send`. It is read when the first tracer, context or header is asked for: a
 * process that makes no span never pays for the SDK. The last part of `agent.ts`, from a span's third station to its last.
 */
import { basename } from 'node:path';
import { type Context, ProxyTracerProvider, type Tracer } from '@opentelemetry/api';
import type { SpanLimits } from '@opentelemetry/sdk-trace-base';
import type { Config } from './config/config';
import type { Environment } from './config/parser';
import { contained, fault } from './diagnostics/contain';
import { counters } from './diagnostics/counters';
import { timers } from './diagnostics/native-timers';
import { inMainThread, workerId } from './load/loader-thread';
import { shedDetail } from './patch/toolbox';
import { followsParent } from './patching';
import { createPropagator } from './propagate/create-propagator';
import { jaegerFlags } from './propagate/jaeger-flags';
import { notedHeader } from './propagate/noted-headers';
import { processVariables, readProcessContext } from './propagate/process-environment';
import { debugId } from './propagate/uber-trace-id';
import type { Globals } from './record/api-globals';
import { shortenLookups } from './record/api-lookup';
import { BaggageNotes } from './record/baggage-notes';
import { extractingLayers } from './record/context-layer';
import { ContextManager } from './record/context-manager';
import { prepareIds } from './record/ids';
import { OpenSpans } from './record/open-spans';
import { type ProcessEnd, ProcessTrace } from './record/process-trace';
import type { Redaction } from './record/redaction';
import { createResource } from './record/resource';
import { TracerProvider } from './record/tracer-provider';
import { createSampler, type GuardOptions } from './sample/create-sampler';
import { DecisionLog, type SamplingDecision } from './sample/decision-log';
import type { OverheadBudget } from './sample/overhead-budget';
import { matcher } from './sample/text-pattern';
import { AwaitingSender } from './send/awaiting-sender';
import type { Sender } from './send/sender';
import { VERSION } from './version';

export interface Tracing extends Globals {
  readonly processor: Sender;
  /** Begins what goes on beside the spans; to be called once the globals are in place, since it uses them. */
  start(): void;
  /** Ends it. */
  stop(): void;
  /** Ends the span of the process, where the settings ask for one, and what is open, marked as unfinished. */
  endProcess(end: ProcessEnd): void;
  /** The last sampling decisions, the oldest first. */
  decisions(): readonly SamplingDecision[];
  /** The tracer of all patches. */
  readonly tracer: Tracer;
}

/**
 * @param env the process's own variables
 * @param waits what sends to a Jaeger agent is only read with the first span that ends
 */
export function createTracing(given: Config, env: Environment, waits: boolean): Tracing {
  const worker = workerId();
  const config = worker === undefined ? given : { ...given, scheduleDelayMillis: shortDelay(given) };
  const open = config.unfinishedSpans ? new OpenSpans() : undefined;
  const budget = createBudget(config);
  const destination = createSender(config, waits);
  const sender = createTail(config, destination);
  const processor = budget?.measured(sender) ?? sender;
  const { sampler: chosen, start, stop, late, flagsOf, readsAttributes, readsTraceId } = samplerOf(config);
  const sampler = budget?.sampler(chosen) ?? chosen;
  const decisions = new DecisionLog(String(sampler));
  const provider = new TracerProvider({
    resource: createResource(config.serviceName, { ...config.resourceAttributes, ...config.tags }, worker),
    sampler,
    limits: limitsOf(config),
    processor,
    redaction: config.redactKeys.length > 0 ? createRedaction(config) : undefined,
    open,
    surroundings: {
      flagsOf,
      followsParent: followsParent(config),
      readsAttributes,
      readsTraceId: readsTraceId || budget !== undefined,
      late,
      onDecision: (decision) => decisions.note(decision),
      baggage: new BaggageNotes({ tags: config.baggageTags, logs: config.baggageLogs }),
      shortTraceIds: !config.traceId128Bit,
    },
  });
  // What the API itself would put in the global's place; some SDKs look for its `getDelegate`.
  const trace = new ProxyTracerProvider();
  trace.setDelegate(provider);
  const tracer = provider.createTrustedTracer('tracing-agent', VERSION);
  timers
    .setTimeout(
      contained('metrics', () => {
        if (destination instanceof AwaitingSender) destination.prepare();
        prepareIds();
        showMetrics();
      }),
      SETTLED_AFTER,
    )
    .unref();
  const propagation = createPropagator(
    config.propagators,
    { traceHeader: config.traceContextHeaderName, debugHeader: config.debugHeaderName },
    headersToNote(config),
  );
  const context = new ContextManager();
  shortenLookups();
  context.base = readProcessContext(env, propagation);
  let processTrace: ProcessTrace | undefined;
  if (config.processSpan) {
    processTrace = createProcessTrace(tracer, context.base, config.processArguments);
    context.base = processTrace.context;
    continueInChildren(() => processVariables(context.active(), propagation), env);
  }
  return {
    processor,
    start() {
      start();
      budget?.start();
    },
    stop() {
      stop();
      budget?.stop();
    },
    trace,
    context,
    propagation: extractingLayers(propagation),
    endProcess(end) {
      processTrace?.end(end);
      open?.endAll();
    },
    decisions: () => decisions.list(),
    tracer,
  };
}

/** What decides about new traces, with all that the settings put around it. */
function samplerOf(config: Config): ReturnType<typeof createSampler> {
  return createSampler(
    { ...config.sampler, roots: config.roots, rules: config.samplingRules, guard: guardOf(config) },
    {
      serviceName: config.serviceName,
      endpoint: config.samplingEndpoint,
      interval: config.samplingRefreshIntervalMillis,
      maxOperations: config.samplingMaxOperations,
    },
    {
      debugIdOf: config.propagators.includes('jaeger') ? debugId : undefined,
      flagsOf: jaegerFlags,
      headerOf: notedHeader,
    },
  );
}

/** In the names of OpenTelemetry's SDK. */
function limitsOf(config: Config): Required<SpanLimits> {
  return {
    attributeCountLimit: config.spanAttributeCountLimit,
    eventCountLimit: config.spanEventCountLimit,
    linkCountLimit: config.spanLinkCountLimit,
    attributePerEventCountLimit: config.eventAttributeCountLimit,
    attributePerLinkCountLimit: config.linkAttributeCountLimit,
    attributeValueLengthLimit: config.attributeValueLengthLimit,
  };
}

/** In a worker thread, in milliseconds: `terminate()` gives it no chance to send what waits. */
const WORKER_DELAY = 100;

function shortDelay({ scheduleDelayMillis }: Config): number {
  return Math.min(scheduleDelayMillis, WORKER_DELAY);
}

function createProcessTrace(tracer: Tracer, parent: Context, all: boolean): ProcessTrace {
  const { argv } = process;
  const isMainThread = inMainThread();
  // A worker's script is not among its arguments yet.
  const name = isMainThread ? basename(argv[1] ?? argv[0] ?? 'node') : 'worker thread';
  const command = all ? argv : argv.slice(0, isMainThread ? 2 : 1);
  return new ProcessTrace({ tracer, parent, name, command });
}

function continueInChildren(variables: () => Record<string, string | undefined>, env: Environment): void {
  const { patchChildren } = require('./patch/process/children') as typeof import('./patch/process/children');
  patchChildren({
    childProcess: require('node:child_process'),
    workerThreads: require('node:worker_threads'),
    variables,
    env,
    fault: (error) => fault('children', error),
  });
}

function createRedaction(config: Config): Redaction {
  const { Redaction } = require('./record/redaction') as typeof import('./record/redaction');
  return new Redaction(matcher(config.redactKeys));
}

/** Late enough for what an application registers while it starts, in milliseconds; most commands have ended. */
const SETTLED_AFTER = 1_000;

function showMetrics(): void {
  (require('./send/health-metrics') as typeof import('./send/health-metrics')).watchForMeterProvider(
    counters,
    VERSION,
  );
}

/** The request headers that sampling rules and the debug guard look at. */
function headersToNote(config: Config): string[] {
  const names = config.samplingRules.flatMap(({ conditions }) =>
    conditions.flatMap((each) => (each.subject === 'header' ? [each.key!] : [])),
  );
  if (config.debugSecret !== undefined) names.push(config.debugSecretHeaderName);
  return names;
}

/** Undefined where debug flags and ids of everybody count. */
function guardOf(config: Config): GuardOptions | undefined {
  const { debugRate, debugCallers, debugSecret, debugCreditsEndpoint } = config;
  if (
    [debugRate, debugSecret, debugCreditsEndpoint].every((each) => each === undefined) &&
    debugCallers.length === 0
  )
    return undefined;
  return {
    rate: debugRate,
    callers: debugCallers,
    secret: debugSecret,
    secretHeader: config.debugSecretHeaderName,
    creditsEndpoint: debugCreditsEndpoint,
    onDenied: () => {
      counters.debugDenied++;
    },
  };
}

function createTail(config: Config, sender: Sender): Sender {
  const { tailSlowMillis, tailHoldMillis, tailMaxSpans } = config;
  if (tailSlowMillis === undefined) return sender;
  const { LocalTail } = require('./sample/local-tail') as typeof import('./sample/local-tail');
  return new LocalTail(
    sender,
    { slow: tailSlowMillis, hold: tailHoldMillis, maxSpans: tailMaxSpans },
    counters,
  );
}

/** Undefined where tracing may cost what it does. */
function createBudget({ maxOverhead, detail }: Config): OverheadBudget | undefined {
  if (maxOverhead === undefined) return undefined;
  const { OverheadBudget } = require('./sample/overhead-budget') as typeof import('./sample/overhead-budget');
  return new OverheadBudget({
    budget: maxOverhead,
    hasDetail: detail !== 'request',
    onDetail: shedDetail,
    flagsOf: jaegerFlags,
    counters,
  });
}

/** Where spans go. Mostly that is one Jaeger's agent; the rest is read where the settings ask for it. */
function createSender(config: Config, waits: boolean): Sender {
  if (waits) return new AwaitingSender(() => createJaegerSender(config));
  if (config.exporter.join() === 'jaeger' && config.exporterFallback.length === 0)
    return createJaegerSender(config);
  const { createSenders } = require('./send/create-senders') as typeof import('./send/create-senders');
  return createSenders(config, counters);
}

function createJaegerSender(config: Config): Sender {
  const { createJaeger } = require('./send/create-jaeger') as typeof import('./send/create-jaeger');
  return createJaeger(config, counters);
}
