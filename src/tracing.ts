/**
 * Joins the stages from `propagate` to `send`. It is read when the first tracer, context or header is asked for: a
 * process that makes no span never pays for the SDK. The second half of `agent.ts`, from a span's third station to its last.
 */
import { basename } from 'node:path';
import { type Context, ProxyTracerProvider, type Tracer } from '@opentelemetry/api';
import type { SpanLimits } from '@opentelemetry/sdk-trace-base';
import type { Config } from './config/config';
import type { Environment } from './config/parser';
import { contained, fault } from './diagnostics/contain';
import { counters } from './diagnostics/counters';
import { inMainThread, workerId } from './load/loader-thread';
import type { PatchOptions, Tools } from './patch/instrumentation';
import { retireToolboxes, shedDetail, toolboxFor } from './patch/toolbox';
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
import { OpenSpans } from './record/open-spans';
import { type ProcessEnd, ProcessTrace } from './record/process-trace';
import type { Redaction } from './record/redaction';
import { createResource } from './record/resource';
import { TracerProvider } from './record/tracer-provider';
import { createSampler, type GuardOptions } from './sample/create-sampler';
import { DecisionLog, type SamplingDecision } from './sample/decision-log';
import type { OverheadBudget } from './sample/overhead-budget';
import { matcher } from './sample/text-pattern';
import { BatchSpanProcessor } from './send/batch/batch-span-processor';
import { SpanBatcher } from './send/batch/span-batcher';
import type { Watch } from './send/create-senders';
import { createTransport, type Destination, MOST_BODY } from './send/create-transport';
import { encodeProcess } from './send/process-tags';
import type { Sender } from './send/sender';
import type { Transport } from './send/transport/transport';
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
  /** Tools for one instrumentation's patches. */
  createTools(instrumentation: string): Tools;
}

/** @param env the process's own variables */
export function createTracing(given: Config, env: Environment): Tracing {
  const worker = workerId();
  const config = worker === undefined ? given : { ...given, scheduleDelayMillis: shortDelay(given) };
  const open = config.unfinishedSpans ? new OpenSpans() : undefined;
  const budget = createBudget(config);
  const sender = createTail(config, createSender(config));
  const processor = budget?.measured(sender) ?? sender;
  const { sampler: chosen, start, stop, late, flagsOf, readsAttributes, readsTraceId } = samplerOf(config);
  const sampler = budget?.sampler(chosen) ?? chosen;
  const decisions = new DecisionLog(String(sampler));
  // What samples nothing needn't be asked for each Redis command and query below an unsampled request.
  const samplesNothing = config.sampler.type === 'always_off' && config.samplingRules.length === 0;
  const followsParent = config.sampler.parentBased || config.roots !== 'all' || samplesNothing;
  const provider = new TracerProvider({
    resource: createResource(config.serviceName, { ...config.resourceAttributes, ...config.tags }, worker),
    sampler,
    limits: limitsOf(config),
    processor,
    redaction: config.redactKeys.length > 0 ? createRedaction(config) : undefined,
    open,
    surroundings: {
      flagsOf,
      followsParent,
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
  const options = patchOptions(config);
  setTimeout(contained('metrics', showMetrics), METRICS_AFTER).unref();
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
      retireToolboxes();
    },
    trace,
    context,
    propagation: extractingLayers(propagation),
    endProcess(end) {
      processTrace?.end(end);
      open?.endAll();
    },
    decisions: () => decisions.list(),
    createTools: (instrumentation) =>
      toolboxFor({
        instrumentation,
        tracer,
        options: { ...options, own: config.instrumentationOptions[instrumentation] ?? {} },
        followsParent,
      }),
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

/** What patches read of the settings. */
function patchOptions(config: Config): PatchOptions {
  const {
    captureServerRequestHeaders,
    captureServerResponseHeaders,
    captureClientRequestHeaders,
    captureClientResponseHeaders,
    ignoredMethods,
    ignoredPaths,
    httpTimings,
    responseHeader,
  } = config;
  const lists = {
    captureServerRequestHeaders,
    captureServerResponseHeaders,
    captureClientRequestHeaders,
    captureClientResponseHeaders,
    ignoredMethods,
    ignoredPaths,
  };
  const isSet =
    httpTimings || responseHeader !== undefined || Object.values(lists).some((list) => list.length > 0);
  return {
    urlQuery: config.urlQuery,
    detail: config.detail,
    sqlComment: config.sqlComment,
    urlQueryVisible: new Set(config.urlQueryVisible),
    urlQueryRedacted: new Set(config.urlQueryRedacted),
    http: isSet ? { ...lists, httpTimings, responseHeader, matcher } : undefined,
  };
}

/** Late enough for what an application registers while it starts, in milliseconds. */
const METRICS_AFTER = 1_000;

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

/** Where spans go. Mostly that is one Jaeger; the rest is read where the settings ask for it. */
function createSender(config: Config): Sender {
  const jaeger = jaegerOf(config);
  const { exporter, exporterFallback } = config;
  if (exporter.join() === 'jaeger' && exporterFallback.length === 0) return createJaeger(config, jaeger);
  const { createSenders } = require('./send/create-senders') as typeof import('./send/create-senders');
  return createSenders(config, {
    counters,
    jaeger,
    createJaeger: (to, watch) => createJaeger(config, to, watch),
  });
}

/** @param watch where another destination stands ready */
function createJaeger(config: Config, to: Destination, watch?: Watch): Sender {
  const direct = createTransport(watch === undefined ? to : { ...to, handsBack: true }, (spans) =>
    watched === undefined ? batcher.refused(spans) : watched.refused(spans),
  );
  const watched = watch?.(direct);
  const transport: Transport = watched ?? direct;
  const batcher = new SpanBatcher({
    transport,
    counters,
    encodeProcess: (resource) => encodeProcess(resource, transport.protocol),
    maxBatchSize: config.maxExportBatchSize,
    maxQueueSize: config.maxQueueSize,
    maxQueueBytes: config.maxQueueBytes,
  });
  return new BatchSpanProcessor(batcher, transport, {
    scheduleDelay: config.scheduleDelayMillis,
    exportTimeout: config.exportTimeoutMillis,
  });
}

/** The agent or collector of the settings. */
function jaegerOf(config: Config): Destination {
  return {
    host: config.agentHost,
    port: config.agentPort,
    protocol: config.agentProtocol,
    maxPacketSize: config.maxPacketSize,
    maxMessagesPerSecond: config.maxMessagesPerSecond,
    endpoint: config.endpoint,
    user: config.user,
    password: config.password,
    token: config.authToken,
    headers: config.headers,
    timeout: config.timeoutMillis,
    compression: config.compression,
    caFile: config.caFile,
    certFile: config.certFile,
    keyFile: config.keyFile,
    spool:
      config.spoolDir === undefined
        ? undefined
        : { directory: config.spoolDir, maxBytes: config.spoolMaxBytes },
    // Below the bounds at which the batcher drops, by one more packet.
    holdSpans: Math.max(0, config.maxQueueSize - config.maxExportBatchSize),
    holdBytes: Math.max(0, config.maxQueueBytes - MOST_BODY),
  };
}
