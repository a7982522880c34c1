/**
 * The settings as the rest of the agent reads them: every one resolved, typed and in range.
 * Beside a span's way: `usual-config.ts` or `resolve.ts` makes it once at start; the stages take their part of it.
 */
import type { SamplingRule } from './sampling-rules';

/** Where spans can be sent. */
export type ExporterName = 'jaeger' | 'otlp' | 'console';
/** How OTLP is spoken. */
type OtlpProtocol = 'http/protobuf';
/** Of requests to the collector. */
type Compression = 'none' | 'gzip';
/** Thrift's protocols over UDP. */
export type AgentProtocol = 'compact' | 'binary';
/** Formats in which a trace goes from process to process. */
export type PropagatorName = 'tracecontext' | 'baggage' | 'jaeger' | 'b3' | 'b3multi';
/** What decides about the root span of a trace. */
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
/** What becomes of query strings: keys without their values, all of them, or nothing. */
export type UrlQueryMode = 'redact' | 'keep' | 'drop';
/** What is said: everything down to this. */
type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug';
/** Of one tag. */
export type TagValue = string | number | boolean;
/** By their keys. */
export type Tags = Readonly<Record<string, TagValue>>;

/** `endpoint=…,pollingIntervalMs=…,initialSamplingRate=…`, as OTEL_TRACES_SAMPLER_ARG has it for `jaeger_remote`. */
export interface RemoteSamplerArgument {
  /** Where to ask. */
  readonly endpoint?: string | undefined;
  /** Between two questions, in milliseconds. */
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
  /** Turns the agent off. Default: `false`. */
  readonly disabled: boolean;
  /** The service's name in Jaeger. Default: `unknown_service:node`. */
  readonly serviceName: string;
  /** Describe the process; never holds `service.name`, and no key that `tags` holds too. Default: none. */
  readonly resourceAttributes: Tags;
  /**
   * Tags of the process, as Jaeger clients call them; no key that `resourceAttributes` holds too. Default: none.
   */
  readonly tags: Tags;

  /** Where spans go; empty where `none` was asked for, and then `disabled` is true. Default: `jaeger`. */
  readonly exporter: readonly ExporterName[];
  /**
   * Where spans go while the exporter's destination doesn't take them: `otlp`, or a collector's URL; in this order.
   * Default: none.
   */
  readonly exporterFallback: readonly string[];
  /** How spans are written for `otlp`. Default: `http/protobuf`. */
  readonly otlpProtocol: OtlpProtocol;
  /** The Jaeger agent's name or address, without brackets. Default: `localhost`. */
  readonly agentHost: string;
  /** The Jaeger agent's UDP port. Default: `6831`. */
  readonly agentPort: number;
  /** Thrift protocol over UDP; `binary` for port 6832 unless set. Default: `compact`. */
  readonly agentProtocol: AgentProtocol;
  /**
   * The collector's URL without user and password; where it is given, spans go there by HTTP, not to the agent.
   * Default: none.
   */
  readonly endpoint: string | undefined;
  /** For the collector, HTTP basic authentication. Default: none. */
  readonly user: string | undefined;
  /** Of `user`. Default: none. */
  readonly password: string | undefined;
  /** For the collector, a bearer token; never given together with `user`. Default: none. */
  readonly authToken: string | undefined;
  /** Further request headers for the collector. Default: none. */
  readonly headers: Readonly<Record<string, string>>;
  /** For one request to the collector, in milliseconds. Default: `10000` ms. */
  readonly timeoutMillis: number;
  /** Of requests to the collector. Default: `none`. */
  readonly compression: Compression;
  /** PEM file of the authorities that the collector's certificate may come from. Default: none. */
  readonly caFile: string | undefined;
  /** PEM file of the client certificate for the collector. Default: none. */
  readonly certFile: string | undefined;
  /** PEM file of its key. Default: none. */
  readonly keyFile: string | undefined;
  /** A folder for spans that the collector can't take. Default: none. */
  readonly spoolDir: string | undefined;
  /** All files of that folder together, in bytes at most. Default: `67108864` bytes. */
  readonly spoolMaxBytes: number;
  /** Largest UDP packet, in bytes. Default: `65000` bytes. */
  readonly maxPacketSize: number;
  /** UDP packets a second at most. Default: `1000`. */
  readonly maxMessagesPerSecond: number;

  /** What decides about new traces. Default: `parentbased_always_on`. */
  readonly sampler: SamplerName;
  /** For the sampler; undefined means the sampler's own default. Default: none. */
  readonly samplerArgument: number | RemoteSamplerArgument | undefined;
  /** Samples every new trace of this process, whatever `sampler` says. Default: `false`. */
  readonly enable: boolean;
  /** A span of the whole process, which child processes continue. Default: `false`. */
  readonly processSpan: boolean;
  /** Whether that span has all arguments of the process. Default: `false`. */
  readonly processArguments: boolean;
  /**
   * Whether only processes with `enable` are traced; looked at by register.js, in the environment alone. Default:
   * `false`.
   */
  readonly onDemand: boolean;
  /** Where traces may begin. Default: `all`. */
  readonly roots: Roots;
  /** Where the sampler `remote` asks. Default: `http://localhost:5778/sampling`. */
  readonly samplingEndpoint: string;
  /** Between two of its questions, in milliseconds. Default: `60000` ms. */
  readonly samplingRefreshIntervalMillis: number;
  /** Operations that it tells apart at most; the rest share the default's rate. Default: `2000`. */
  readonly samplingMaxOperations: number;
  /** Looked at before `sampler` for each new trace; the first that matches decides. Default: none. */
  readonly samplingRules: readonly SamplingRule[];
  /**
   * Of the traces that begin here and are sampled, only those are sent that failed or took this long, in milliseconds.
   * Default: none.
   */
  readonly tailSlowMillis: number | undefined;
  /** How long a trace waits for that at most, in milliseconds. Default: `10000` ms. */
  readonly tailHoldMillis: number;
  /** Spans that wait for it at most, of all traces. Default: `10000` spans. */
  readonly tailMaxSpans: number;
  /** Debug traces a second at most. Default: none. */
  readonly debugRate: number | undefined;
  /** Addresses and networks whose debug flags and ids count; all where it is empty. Default: none. */
  readonly debugCallers: readonly string[];
  /** What a request has to show for its debug flags and ids to count; undefined asks for nothing. Default: none. */
  readonly debugSecret: string | undefined;
  /** The header that has to hold `debugSecret`, in lower case. Default: `x-trace-debug-secret`. */
  readonly debugSecretHeaderName: string;
  /** Where debug credits are asked for. Default: none. */
  readonly debugCreditsEndpoint: string | undefined;

  /**
   * In the order in which they are asked; empty where `none` was asked for. Default: `tracecontext,baggage,jaeger`.
   */
  readonly propagators: readonly PropagatorName[];
  /** The header of the propagator `jaeger`, in lower case. Default: `uber-trace-id`. */
  readonly traceContextHeaderName: string;
  /** The header that starts a debug trace, in lower case. Default: `jaeger-debug-id`. */
  readonly debugHeaderName: string;
  /** Whether new trace ids have 128 bits, and not 64. Default: `true`. */
  readonly traceId128Bit: boolean;
  /** Baggage keys that become tags of each span. Default: none. */
  readonly baggageTags: readonly string[];
  /** Whether baggage that the application sets is noted as a log of the active span. Default: `true`. */
  readonly baggageLogs: boolean;

  /** What waits to be sent, in spans at most. Default: `8192` spans. */
  readonly maxQueueSize: number;
  /** The same in bytes. Default: `33554432` bytes. */
  readonly maxQueueBytes: number;
  /** Spans in one packet or request at most; never above `maxQueueSize`. Default: `512` spans. */
  readonly maxExportBatchSize: number;
  /** The longest that a span waits for others, in milliseconds. Default: `1000` ms. */
  readonly scheduleDelayMillis: number;
  /** The longest that a flush asked for may take, in milliseconds. Default: `30000` ms. */
  readonly exportTimeoutMillis: number;
  /**
   * The longest that a process which ends is held for its last spans, in milliseconds; 0 holds it for none. Default:
   * `500` ms.
   */
  readonly flushOnExitMillis: number;
  /** Whether spans that are open when the process ends are sent, marked as unfinished. Default: `true`. */
  readonly unfinishedSpans: boolean;
  /** Whether each span that is sent is written to the log. Default: `false`. */
  readonly logSpans: boolean;

  /** Attributes of one span at most; `Infinity` is no limit, here and below. Default: `128`. */
  readonly spanAttributeCountLimit: number;
  /** Events of one span at most. Default: `128`. */
  readonly spanEventCountLimit: number;
  /** Links of one span at most. Default: `128`. */
  readonly spanLinkCountLimit: number;
  /** Attributes of one event at most. Default: `128`. */
  readonly eventAttributeCountLimit: number;
  /** Attributes of one link at most. Default: `128`. */
  readonly linkAttributeCountLimit: number;
  /** Of a text, in characters; longer ones are cut. Default: none. */
  readonly attributeValueLengthLimit: number;
  /** Keys of attributes whose values are hidden, in lower case; `*` stands for any characters. Default: none. */
  readonly redactKeys: readonly string[];

  /**
   * Whether libraries that are ES modules are seen; `auto` where the application has one that can be traced. Default:
   * `auto`.
   */
  readonly esModules: 'auto' | 'on' | 'off';
  /** Short names (`http`, `pg`); undefined means all. Default: none. */
  readonly enabledInstrumentations: readonly string[] | undefined;
  /** Short names of those that are off. Default: none. */
  readonly disabledInstrumentations: readonly string[];
  /**
   * Short names, used beside those that are enabled; where nothing lists the enabled, those that are off by default.
   * Default: none.
   */
  readonly additionalInstrumentations: readonly string[];
  /** Short name → what OpenTelemetry's instrumentation of that name takes. Default: none. */
  readonly instrumentationOptions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What becomes of query strings in URLs. Default: `redact`. */
  readonly urlQuery: UrlQueryMode;
  /** What of a request has spans. Default: `request`. */
  readonly detail: Detail;
  /** Whether each SQL query carries its trace in a comment. Default: `false`. */
  readonly sqlComment: boolean;
  /** Keys of query strings whose values `redact` shows. Default: none. */
  readonly urlQueryVisible: readonly string[];
  /**
   * Keys of query strings whose values are hidden in every mode. Default:
   * `AWSAccessKeyId,Signature,sig,X-Goog-Signature,X-Amz-Credential,X-Amz-Security-Token,X-Amz-Signature,X-Goog-Credential`.
   */
  readonly urlQueryRedacted: readonly string[];
  /** A header, in lower case, that gets the trace id in each answer to a sampled request. Default: none. */
  readonly responseHeader: string | undefined;
  /**
   * Names of headers to record of servers' requests, in lower case; `*` stands for any characters. Default: none.
   */
  readonly captureServerRequestHeaders: readonly string[];
  /** The same of their answers. Default: none. */
  readonly captureServerResponseHeaders: readonly string[];
  /** The same of clients' requests. Default: none. */
  readonly captureClientRequestHeaders: readonly string[];
  /** The same of the answers to those. Default: none. */
  readonly captureClientResponseHeaders: readonly string[];
  /** Methods, in capitals, of requests that servers answer without a span. Default: none. */
  readonly ignoredMethods: readonly string[];
  /** Paths of such requests; `*` stands for any characters. Default: none. */
  readonly ignoredPaths: readonly string[];
  /** Whether client spans get an event for each step on the way to an answer. Default: `false`. */
  readonly httpTimings: boolean;
  /** Whether log records get the active span's ids. Default: `false`. */
  readonly logCorrelation: boolean;
  /** Percent of the event loop's active time that tracing may take; undefined for any. Default: none. */
  readonly maxOverhead: number | undefined;
  /** What is said on stderr. Default: `warn`. */
  readonly logLevel: LogLevel;
  /** Whether SIGUSR2 prints the health counters. Default: `false`. */
  readonly healthSignal: boolean;
  /** The settings file. Default: none. */
  readonly configFile: string | undefined;
  /** Whether to trace beside another agent, or in place of an OpenTelemetry SDK. Default: `false`. */
  readonly insist: boolean;
  /**
   * Looked at by register.js, in the environment alone: more programs that are not traced, by their file names.
   * Default: none.
   */
  readonly skip: readonly string[];
  /**
   * Looked at by register.js, in the environment alone: whether package managers, compilers and the like are traced.
   * Default: `false`.
   */
  readonly tools: boolean;
}

export type OptionName = keyof Settings;

/** While it is being put together. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The resolved settings. Under their own names, but for the sampler, which is one thing with its argument. */
export interface Config extends Omit<Settings, 'sampler' | 'samplerArgument' | 'enable'> {
  readonly sampler: SamplerConfig;
}

/**
 * What `start(options)` takes; whatever is left out comes from the environment, the file, or the default. A value that
 * can't be used is said in one line on stderr, and replaced as if it had been left out.
 */
export type Options = Partial<Omit<Settings, 'exporter'>> & {
  readonly exporter?: ExporterName | 'none' | readonly ExporterName[];
};
