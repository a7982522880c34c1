/**
 * The settings as the rest of the agent reads them: every one resolved, typed and in range.
 * Beside a span's way: `resolve.ts` makes it once at start; the stages take their part of it.
 */
import type { SamplingRule } from './sampling-rules';

/** Where spans can be sent. */
export type ExporterName = 'jaeger' | 'otlp' | 'console';
type OtlpProtocol = 'http/protobuf';
type Compression = 'none' | 'gzip';
export type AgentProtocol = 'compact' | 'binary';
export type PropagatorName = 'tracecontext' | 'baggage' | 'jaeger' | 'b3' | 'b3multi';
export type SamplerType =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'const'
  | 'probabilistic'
  | 'ratelimiting'
  | 'remote';
/** What `sampler` may be set to: OpenTelemetry's words and Jaeger's. */
export type SamplerName =
  | SamplerType
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'
  | 'parentbased_remote';
/** Where traces may begin: anywhere, only in callers that sampled them, or nowhere. */
export type Roots = 'all' | 'incoming' | 'none';
/** What of a request has spans: itself alone, its route handler too, or all middleware and hooks on the way there. */
export type Detail = 'request' | 'handler' | 'middleware';
export type UrlQueryMode = 'redact' | 'keep' | 'drop';
type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug';
export type TagValue = string | number | boolean;
export type Tags = Readonly<Record<string, TagValue>>;

/** `endpoint=…,pollingIntervalMs=…,initialSamplingRate=…`, as OTEL_TRACES_SAMPLER_ARG has it for `jaeger_remote`. */
export interface RemoteSamplerArgument {
  readonly endpoint?: string | undefined;
  readonly pollingIntervalMs?: number;
  /** 0 to 1, until the first answer. */
  readonly initialSamplingRate?: number;
}

/** How the root span of a trace is decided on. */
export interface SamplerConfig {
  readonly type: SamplerType;
  /** `const`, `always_on`, `always_off`: 0 or 1; `traceidratio`, `probabilistic`: 0 to 1; `ratelimiting`: traces a second; `remote`: 0 to 1 until the first answer. */
  readonly argument: number;
  /** Whether a span with a parent follows the parent's decision; true for Jaeger's own samplers. */
  readonly parentBased: boolean;
}

/** One value for each row of the options table, under the row's name. */
export interface Settings {
  /** Turns the agent off. */
  readonly disabled: boolean;
  /** The service's name in Jaeger. */
  readonly serviceName: string;
  /** Describe the process; never holds `service.name`, and no key that `tags` holds too. */
  readonly resourceAttributes: Tags;
  /** Tags of the process, as Jaeger clients call them; no key that `resourceAttributes` holds too. */
  readonly tags: Tags;

  /** Where spans go; empty where `none` was asked for, and then `disabled` is true. */
  readonly exporter: readonly ExporterName[];
  /** Where spans go while the exporter's destination doesn't take them: `otlp`, or a collector's URL; in this order. */
  readonly exporterFallback: readonly string[];
  readonly otlpProtocol: OtlpProtocol;
  /** The Jaeger agent's name or address, without brackets. */
  readonly agentHost: string;
  /** The Jaeger agent's UDP port. */
  readonly agentPort: number;
  /** Thrift protocol over UDP; `binary` for port 6832 unless set. */
  readonly agentProtocol: AgentProtocol;
  /** The collector's URL without user and password; where it is given, spans go there by HTTP, not to the agent. */
  readonly endpoint: string | undefined;
  /** For the collector, HTTP basic authentication. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** For the collector, a bearer token; never given together with `user`. */
  readonly authToken: string | undefined;
  /** Further request headers for the collector. */
  readonly headers: Readonly<Record<string, string>>;
  /** For one request to the collector, in milliseconds. */
  readonly timeoutMillis: number;
  readonly compression: Compression;
  /** PEM files for the collector: authorities, client certificate, its key. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** A folder for spans that the collector can't take; all its files together have `spoolMaxBytes` at most. */
  readonly spoolDir: string | undefined;
  readonly spoolMaxBytes: number;
  /** Largest UDP packet, in bytes. */
  readonly maxPacketSize: number;
  readonly maxMessagesPerSecond: number;

  readonly sampler: SamplerName;
  /** For the sampler; undefined means the sampler's own default. */
  readonly samplerArgument: number | RemoteSamplerArgument | undefined;
  /** Samples every new trace of this process, whatever `sampler` says. */
  readonly enable: boolean;
  /** A span of the whole process, which child processes continue. */
  readonly processSpan: boolean;
  /** Whether that span has all arguments of the process. */
  readonly processArguments: boolean;
  /** Looked at by register.js, in the environment alone. */
  readonly onDemand: boolean;
  readonly roots: Roots;
  readonly samplingEndpoint: string;
  readonly samplingRefreshIntervalMillis: number;
  readonly samplingMaxOperations: number;
  /** Looked at before `sampler` for each new trace; the first that matches decides. */
  readonly samplingRules: readonly SamplingRule[];
  /** Of the traces that begin here and are sampled, only those are sent that failed or took this long, in milliseconds. */
  readonly tailSlowMillis: number | undefined;
  readonly tailHoldMillis: number;
  readonly tailMaxSpans: number;
  /** Debug traces a second at most. */
  readonly debugRate: number | undefined;
  /** Addresses and networks whose debug flags and ids count; all where it is empty. */
  readonly debugCallers: readonly string[];
  readonly debugSecret: string | undefined;
  /** The header that has to hold `debugSecret`, in lower case. */
  readonly debugSecretHeaderName: string;
  readonly debugCreditsEndpoint: string | undefined;

  /** In the order in which they are asked; empty where `none` was asked for. */
  readonly propagators: readonly PropagatorName[];
  /** The header of the propagator `jaeger`, in lower case. */
  readonly traceContextHeaderName: string;
  /** The header that starts a debug trace, in lower case. */
  readonly debugHeaderName: string;
  readonly traceId128Bit: boolean;
  /** Baggage keys that become tags of each span. */
  readonly baggageTags: readonly string[];
  readonly baggageLogs: boolean;

  /** Bounds of what waits to be sent, in spans and in bytes. */
  readonly maxQueueSize: number;
  readonly maxQueueBytes: number;
  /** Spans in one packet or request at most; never above `maxQueueSize`. */
  readonly maxExportBatchSize: number;
  /** The longest that a span waits for others, in milliseconds. */
  readonly scheduleDelayMillis: number;
  /** The longest that a flush asked for may take, in milliseconds. */
  readonly exportTimeoutMillis: number;
  /** The longest that a process which ends is held for its last spans, in milliseconds; 0 holds it for none. */
  readonly flushOnExitMillis: number;
  /** Whether spans that are open when the process ends are sent, marked as unfinished. */
  readonly unfinishedSpans: boolean;
  readonly logSpans: boolean;

  /** Limits of one span; `Infinity` is none. */
  readonly spanAttributeCountLimit: number;
  readonly spanEventCountLimit: number;
  readonly spanLinkCountLimit: number;
  readonly eventAttributeCountLimit: number;
  readonly linkAttributeCountLimit: number;
  /** In characters. */
  readonly attributeValueLengthLimit: number;
  /** Keys of attributes whose values are hidden, in lower case; `*` stands for any characters. */
  readonly redactKeys: readonly string[];

  readonly esModules: 'auto' | 'on' | 'off';
  /** Short names (`http`, `pg`); undefined means all. */
  readonly enabledInstrumentations: readonly string[] | undefined;
  readonly disabledInstrumentations: readonly string[];
  /** Short names, used beside those that are enabled; where nothing lists the enabled, those that are off by default. */
  readonly additionalInstrumentations: readonly string[];
  /** Short name → what OpenTelemetry's instrumentation of that name takes. */
  readonly instrumentationOptions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly urlQuery: UrlQueryMode;
  readonly detail: Detail;
  /** Whether each SQL query carries its trace in a comment. */
  readonly sqlComment: boolean;
  /** Keys of query strings: those whose values `redact` shows, and those whose values are hidden in every mode. */
  readonly urlQueryVisible: readonly string[];
  readonly urlQueryRedacted: readonly string[];
  /** Names of headers to record, in lower case; `*` stands for any characters. */
  /** In lower case. */
  readonly responseHeader: string | undefined;
  readonly captureServerRequestHeaders: readonly string[];
  readonly captureServerResponseHeaders: readonly string[];
  readonly captureClientRequestHeaders: readonly string[];
  readonly captureClientResponseHeaders: readonly string[];
  /** Requests that servers answer without a span: methods in capitals, and paths in which `*` stands for any characters. */
  readonly ignoredMethods: readonly string[];
  readonly ignoredPaths: readonly string[];
  /** Whether client spans get an event for each step on the way to an answer. */
  readonly httpTimings: boolean;
  /** Whether log records get the active span's ids. */
  readonly logCorrelation: boolean;
  /** Percent of the event loop's active time that tracing may take; undefined for any. */
  readonly maxOverhead: number | undefined;
  readonly logLevel: LogLevel;
  /** Whether SIGUSR2 prints the health counters. */
  readonly healthSignal: boolean;
  readonly configFile: string | undefined;
  /** Whether to trace beside another agent, or in place of an OpenTelemetry SDK. */
  readonly insist: boolean;
  /** Looked at by register.js, in the environment alone: more programs that are not traced, by their file names. */
  readonly skip: readonly string[];
  /** Looked at by register.js, in the environment alone: whether package managers, compilers and the like are traced. */
  readonly tools: boolean;
}

export type OptionName = keyof Settings;

/** The resolved settings. Under their own names, but for the sampler, which is one thing with its argument. */
export interface Config extends Omit<Settings, 'sampler' | 'samplerArgument' | 'enable'> {
  readonly sampler: SamplerConfig;
}

/** What `start(options)` takes; whatever is left out comes from the environment, the file, or the default. */
export type Options = Partial<Omit<Settings, 'exporter'>> & {
  readonly exporter?: ExporterName | 'none' | readonly ExporterName[];
};
