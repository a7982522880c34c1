/**
 * The one table of settings: names, parser, limits, default and meaning of each.
 * Beside a span's way: resolution, documentation, redaction and tests are made from it. Long, because it is all there is.
 *
 * The first name of each row is always TRACING_AGENT_ and the option's name in capitals; the names are in the order of
 * precedence, as `source.ts` ranks them.
 */
import type { ExporterName, OptionName, PropagatorName, Settings } from './config';
import {
  bearerToken,
  destinations,
  headerName,
  headers,
  host,
  httpAddress,
  TOKEN,
  userName,
} from './parse-address';
import { networks } from './parse-networks';
import { milliseconds, nonNegativeNumber, percent, port, wholeNumber } from './parse-number';
import { optionsByName } from './parse-options-by-name';
import { samplerArgument } from './parse-sampler-argument';
import { resourceAttributes, tags } from './parse-tags';
import {
  instrumentationNames,
  keyList,
  listOf,
  oneOf,
  password,
  text,
  wordsLike,
  yesOrNo,
} from './parse-word';
import type { Parser } from './parser';
import { samplingRules } from './sampling-rules';

export type Section =
  | 'Service'
  | 'Destination'
  | 'Sampling'
  | 'Propagation'
  | 'Batching'
  | 'Limits'
  | 'HTTP'
  | 'Agent';

export interface Option<T> {
  readonly section: Section;
  /** Environment variables, highest precedence first. */
  readonly env: readonly string[];
  /** Variables that Kubernetes sets for a service, and that this setting is discovered from. */
  readonly discovered?: readonly string[];
  /** Variables that go with it, and that OpenTelemetry's own code reads from the environment. */
  readonly readElsewhere?: readonly string[];
  readonly parser: Parser<T>;
  readonly default: T;
  /** One sentence. */
  readonly doc: string;
  readonly unit?: 'ms' | 'bytes' | 'spans' | 'characters';
  /** Its value is never shown. */
  readonly secret?: true;
  /** Values of several sources are put together, the higher winning for each key. */
  readonly merged?: true;
  /** Words that mean another in one of the variables: variable → word → word. */
  readonly meaning?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Read and checked, but a later version makes use of it; setting it is answered by one line. */
  readonly yet?: true;
}

const OTLP_VARIABLES = [
  'ENDPOINT',
  'HEADERS',
  'TIMEOUT',
  'COMPRESSION',
  'CERTIFICATE',
  'CLIENT_CERTIFICATE',
  'CLIENT_KEY',
].flatMap((name) => [`OTEL_EXPORTER_OTLP_TRACES_${name}`, `OTEL_EXPORTER_OTLP_${name}`]);
const count = wholeNumber(0, Number.POSITIVE_INFINITY);

/** A `*`, which a name could hold, stands for any characters here. */
const headerNames = wordsLike(
  'list of header names; `*` stands for any characters',
  TOKEN,
  'is no header name',
  (name) => name.toLowerCase(),
);
const programNames = wordsLike('list of names of scripts', /^[^/\\]+$/, 'is no name of a file');
const queryKeys = wordsLike('list of keys, exactly as URLs have them', /^[^&=]+$/, 'is no key of a query');
const attributeKeys = wordsLike(
  'list of keys; `*` stands for any characters',
  /^[^\s]+$/,
  'is no key of an attribute',
  (key) => key.toLowerCase(),
);
/** What the settings that capture headers have in common. */
const CAPTURE =
  'headers that hold credentials (`authorization`, `cookie` and their like) only where their whole name is given.';

export const options: { readonly [N in OptionName]: Option<Settings[N]> } = {
  serviceName: {
    section: 'Service',
    env: [
      'TRACING_AGENT_SERVICE_NAME',
      'OTEL_SERVICE_NAME',
      'JAEGER_SERVICE_NAME',
      'TRACES_EXPORTER_JAEGER_SERVICE_NAME',
    ],
    parser: text,
    default: 'unknown_service:node',
    doc: "The service's name in Jaeger; also taken from `service.name` among the resource attributes, then from the nearest package.json above the main script.",
  },
  resourceAttributes: {
    section: 'Service',
    env: ['TRACING_AGENT_RESOURCE_ATTRIBUTES', 'OTEL_RESOURCE_ATTRIBUTES'],
    parser: resourceAttributes,
    default: {},
    merged: true,
    doc: 'Describe the process; in Jaeger they are process tags.',
  },
  tags: {
    section: 'Service',
    env: ['TRACING_AGENT_TAGS', 'JAEGER_TAGS', 'TRACES_EXPORTER_JAEGER_TAGS'],
    parser: tags,
    default: {},
    merged: true,
    doc: 'Process tags, as Jaeger clients take them.',
  },

  exporter: {
    section: 'Destination',
    env: ['TRACING_AGENT_EXPORTER', 'OTEL_TRACES_EXPORTER', 'TRACES_EXPORTER'],
    parser: listOf<ExporterName>({ jaeger: ['jaeger'], otlp: ['otlp'], console: ['console'] }),
    default: ['jaeger'],
    doc: "Where spans go, to each of a list; `otlp` goes where OpenTelemetry's variables say (`otlpProtocol`), `console` prints trees on stderr, and `none` turns the agent off.",
  },
  exporterFallback: {
    section: 'Destination',
    env: ['TRACING_AGENT_EXPORTER_FALLBACK'],
    parser: destinations('/api/traces', 14_268),
    default: [],
    doc: "Where spans go instead while nothing takes them at the exporter's first destination, the first that does: collectors, with user and password in the URL where they need them, and `otlp`.",
  },
  otlpProtocol: {
    section: 'Destination',
    env: ['TRACING_AGENT_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    parser: oneOf({ 'http/protobuf': 'http/protobuf' }, ['grpc', 'http/json']),
    default: 'http/protobuf',
    readElsewhere: OTLP_VARIABLES,
    doc: 'How `otlp` is spoken; endpoint, headers, timeout, compression and certificates are not settings of ours.',
  },
  agentHost: {
    section: 'Destination',
    env: [
      'TRACING_AGENT_AGENT_HOST',
      'OTEL_EXPORTER_JAEGER_AGENT_HOST',
      'JAEGER_AGENT_HOST',
      'TRACES_EXPORTER_JAEGER_AGENT_HOST',
    ],
    discovered: ['JAEGER_AGENT_SERVICE_HOST'],
    parser: host,
    default: 'localhost',
    doc: 'The Jaeger agent that spans are sent to over UDP, where no `endpoint` is set.',
  },
  agentPort: {
    section: 'Destination',
    env: [
      'TRACING_AGENT_AGENT_PORT',
      'OTEL_EXPORTER_JAEGER_AGENT_PORT',
      'JAEGER_AGENT_PORT',
      'TRACES_EXPORTER_JAEGER_AGENT_PORT',
    ],
    discovered: ['JAEGER_AGENT_SERVICE_PORT'],
    parser: port(),
    default: 6831,
    doc: "The Jaeger agent's UDP port; 6832 means the protocol `binary`.",
  },
  agentProtocol: {
    section: 'Destination',
    env: ['TRACING_AGENT_AGENT_PROTOCOL'],
    parser: oneOf({ compact: 'compact', binary: 'binary' }),
    default: 'compact',
    doc: 'The Thrift protocol over UDP, for a port that does not tell.',
  },
  endpoint: {
    section: 'Destination',
    env: ['TRACING_AGENT_ENDPOINT', 'OTEL_EXPORTER_JAEGER_ENDPOINT', 'JAEGER_ENDPOINT'],
    discovered: ['JAEGER_COLLECTOR_SERVICE_HOST', 'JAEGER_COLLECTOR_SERVICE_PORT'],
    parser: httpAddress('/api/traces', 14_268),
    default: undefined,
    doc: 'The Jaeger collector that spans are sent to over HTTP, instead of an agent.',
  },
  user: {
    section: 'Destination',
    env: ['TRACING_AGENT_USER', 'OTEL_EXPORTER_JAEGER_USER', 'JAEGER_USER'],
    parser: userName,
    default: undefined,
    doc: "The collector's user, for basic authentication.",
  },
  password: {
    section: 'Destination',
    env: ['TRACING_AGENT_PASSWORD', 'OTEL_EXPORTER_JAEGER_PASSWORD', 'JAEGER_PASSWORD'],
    parser: password,
    default: undefined,
    secret: true,
    doc: "The collector's password, for basic authentication.",
  },
  authToken: {
    section: 'Destination',
    env: ['TRACING_AGENT_AUTH_TOKEN', 'JAEGER_AUTH_TOKEN'],
    parser: bearerToken,
    default: undefined,
    secret: true,
    doc: "The collector's bearer token, instead of a user; where both come from sources of the same rank, the user is taken.",
  },
  headers: {
    section: 'Destination',
    env: ['TRACING_AGENT_HEADERS'],
    parser: headers,
    default: {},
    secret: true,
    doc: 'Further headers of each request to the collector.',
  },
  timeoutMillis: {
    section: 'Destination',
    env: ['TRACING_AGENT_TIMEOUT_MILLIS', 'OTEL_EXPORTER_JAEGER_TIMEOUT', 'JAEGER_REPORTER_TIMEOUT'],
    parser: milliseconds(1),
    default: 10_000,
    unit: 'ms',
    doc: 'How long one request to the collector may take.',
  },
  compression: {
    section: 'Destination',
    env: ['TRACING_AGENT_COMPRESSION'],
    parser: oneOf({ none: 'none', gzip: 'gzip' }),
    default: 'none',
    doc: 'How requests to the collector are compressed; Jaeger v2 takes `gzip`, and one that does not is sent plain requests.',
  },
  caFile: {
    section: 'Destination',
    env: ['TRACING_AGENT_CA_FILE'],
    parser: text,
    default: undefined,
    doc: "A PEM file of the authorities that the collector's certificate may be of, instead of those that Node.js trusts.",
  },
  certFile: {
    section: 'Destination',
    env: ['TRACING_AGENT_CERT_FILE'],
    parser: text,
    default: undefined,
    doc: 'A PEM file of the certificate that the collector is shown.',
  },
  keyFile: {
    section: 'Destination',
    env: ['TRACING_AGENT_KEY_FILE'],
    parser: text,
    default: undefined,
    doc: "A PEM file of that certificate's key.",
  },
  spoolDir: {
    section: 'Destination',
    env: ['TRACING_AGENT_SPOOL_DIR'],
    parser: text,
    default: undefined,
    doc: 'A folder for spans that the collector cannot take and that there is no room for in memory, or no time at the end of the process; they are sent when it can again, also by a later process.',
  },
  spoolMaxBytes: {
    section: 'Destination',
    env: ['TRACING_AGENT_SPOOL_MAX_BYTES'],
    parser: wholeNumber(65_536, 1_099_511_627_776, 'bytes'),
    default: 64 * 1024 * 1024,
    unit: 'bytes',
    doc: 'How many bytes all files of the spool may have; the oldest file goes first.',
  },
  maxPacketSize: {
    section: 'Destination',
    env: ['TRACING_AGENT_MAX_PACKET_SIZE', 'TRACES_EXPORTER_JAEGER_MAX_PACKET_SIZE'],
    // Below 508 bytes hardly a span fits; that much every IPv4 host must take. Above 65,000 Jaeger's agent cuts.
    parser: wholeNumber(508, 65_000, 'bytes'),
    default: 65_000,
    unit: 'bytes',
    doc: 'The largest UDP packet; 1300 stays under the MTU of most networks.',
  },
  maxMessagesPerSecond: {
    section: 'Destination',
    env: ['TRACING_AGENT_MAX_MESSAGES_PER_SECOND', 'TRACES_JAEGER_MAX_MSGS_PER_SECOND'],
    parser: wholeNumber(1, 1_000_000),
    default: 1000,
    doc: 'How many UDP packets may be sent in a second; further ones wait, within the limits of the queue.',
  },

  sampler: {
    section: 'Sampling',
    env: ['TRACING_AGENT_SAMPLER', 'OTEL_TRACES_SAMPLER', 'JAEGER_SAMPLER_TYPE', 'TRACES_SAMPLER'],
    parser: oneOf({
      always_on: 'always_on',
      always_off: 'always_off',
      traceidratio: 'traceidratio',
      parentbased_always_on: 'parentbased_always_on',
      parentbased_always_off: 'parentbased_always_off',
      parentbased_traceidratio: 'parentbased_traceidratio',
      const: 'const',
      probabilistic: 'probabilistic',
      ratelimiting: 'ratelimiting',
      // Jaeger's clients always follow a parent; OpenTelemetry's name says it.
      remote: 'parentbased_remote',
      parentbased_jaeger_remote: 'parentbased_remote',
      jaeger_remote: 'remote',
    }),
    default: 'parentbased_always_on',
    doc: "Which traces are kept; Jaeger's `const`, `probabilistic`, `ratelimiting` and `remote` follow a parent, and `jaeger_remote` is `remote` without that.",
  },
  samplerArgument: {
    section: 'Sampling',
    env: [
      'TRACING_AGENT_SAMPLER_ARGUMENT',
      'OTEL_TRACES_SAMPLER_ARG',
      'JAEGER_SAMPLER_PARAM',
      'TRACES_SAMPLER_ARG',
    ],
    parser: samplerArgument,
    default: undefined,
    doc: 'The share of traces for `traceidratio` (1 if unset), `probabilistic` (0.001 if unset) and, until the first answer, remote samplers (0.001 if unset), all or none for `const` (1 if unset), traces a second for `ratelimiting` (10 if unset); one that stands beside a sampler that lost is lost with it.',
  },
  enable: {
    section: 'Sampling',
    env: ['TRACING_AGENT_ENABLE'],
    parser: yesOrNo,
    default: false,
    doc: "For one command, in front of it: keeps every trace that this process begins, whatever the sampler says, and wakes an agent that is on demand; the counterpart of Pachyderm's PACH_ENABLE_TRACING, which is not read.",
  },
  processSpan: {
    section: 'Agent',
    env: ['TRACING_AGENT_PROCESS_SPAN'],
    parser: yesOrNo,
    default: false,
    doc: 'For command-line programs: a span from the start of the process to its end, above all that it does outside of other spans. Child processes and worker threads continue it through `TRACEPARENT`, `TRACESTATE`, `BAGGAGE` and `UBER_TRACE_ID`, which each process with the agent reads.',
  },
  processArguments: {
    section: 'Agent',
    env: ['TRACING_AGENT_PROCESS_ARGUMENTS'],
    parser: yesOrNo,
    default: false,
    doc: 'Whether the span of the process has all its arguments, which may be secret, or only the executable and the script.',
  },
  onDemand: {
    section: 'Agent',
    env: ['TRACING_AGENT_ON_DEMAND'],
    parser: yesOrNo,
    default: false,
    doc: 'For a shell profile: the preload returns at once, before it reads any other file, unless `TRACING_AGENT_ENABLE=true` stands in front of the command.',
  },
  roots: {
    section: 'Sampling',
    env: ['TRACING_AGENT_ROOTS'],
    parser: oneOf({ all: 'all', incoming: 'incoming', none: 'none' }),
    default: 'all',
    doc: 'Where traces may begin: `incoming` keeps only what arrives with a sampled or debug context, `none` keeps nothing and passes contexts on.',
  },
  samplingEndpoint: {
    section: 'Sampling',
    env: ['TRACING_AGENT_SAMPLING_ENDPOINT', 'JAEGER_SAMPLING_ENDPOINT', 'JAEGER_SAMPLER_MANAGER_HOST_PORT'],
    parser: httpAddress('/sampling', 5778),
    default: 'http://localhost:5778/sampling',
    doc: 'Where remote samplers ask for their strategy.',
  },
  samplingRefreshIntervalMillis: {
    section: 'Sampling',
    env: ['TRACING_AGENT_SAMPLING_REFRESH_INTERVAL_MILLIS', 'JAEGER_SAMPLER_REFRESH_INTERVAL'],
    parser: milliseconds(1),
    default: 60_000,
    unit: 'ms',
    doc: 'How often remote samplers ask.',
  },
  samplingMaxOperations: {
    section: 'Sampling',
    env: ['TRACING_AGENT_SAMPLING_MAX_OPERATIONS', 'JAEGER_SAMPLER_MAX_OPERATIONS'],
    parser: wholeNumber(1, 1_000_000),
    default: 2000,
    doc: 'How many operations remote samplers tell apart.',
  },
  samplingRules: {
    section: 'Sampling',
    env: ['TRACING_AGENT_SAMPLING_RULES'],
    parser: samplingRules,
    default: [],
    doc: 'Rules for new traces, looked at before the sampler; the first that matches decides. Health checks are `drop path=/health*`.',
  },
  tailSlowMillis: {
    section: 'Sampling',
    env: ['TRACING_AGENT_TAIL_SLOW_MILLIS'],
    parser: milliseconds(0),
    default: undefined,
    unit: 'ms',
    doc: 'Sends, of the sampled traces that begin in this process, only those whose first span failed or took this long; services that were called keep their part.',
  },
  tailHoldMillis: {
    section: 'Sampling',
    env: ['TRACING_AGENT_TAIL_HOLD_MILLIS'],
    parser: milliseconds(1),
    default: 10_000,
    unit: 'ms',
    doc: "How long a trace's spans are held for `TRACING_AGENT_TAIL_SLOW_MILLIS`; one that is still open then is sent.",
  },
  tailMaxSpans: {
    section: 'Sampling',
    env: ['TRACING_AGENT_TAIL_MAX_SPANS'],
    parser: wholeNumber(1, 1_000_000),
    default: 10_000,
    unit: 'spans',
    doc: 'How many spans are held for `TRACING_AGENT_TAIL_SLOW_MILLIS`; beyond, the oldest traces are sent.',
  },
  debugRate: {
    section: 'Sampling',
    env: ['TRACING_AGENT_DEBUG_RATE'],
    parser: nonNegativeNumber,
    default: undefined,
    doc: 'How many debug traces a second the flags and ids of requests may start; others are sampled as if nobody had asked. Any number if unset.',
  },
  debugCallers: {
    section: 'Sampling',
    env: ['TRACING_AGENT_DEBUG_CALLERS'],
    parser: networks,
    default: [],
    doc: 'Whose debug flags and ids count, by the address of the connection. Everybody if unset.',
  },
  debugSecret: {
    section: 'Sampling',
    env: ['TRACING_AGENT_DEBUG_SECRET'],
    parser: password,
    default: undefined,
    secret: true,
    doc: 'What a request has to send in the header of `TRACING_AGENT_DEBUG_SECRET_HEADER_NAME` for its debug flag or id to count.',
  },
  debugSecretHeaderName: {
    section: 'Sampling',
    env: ['TRACING_AGENT_DEBUG_SECRET_HEADER_NAME'],
    parser: headerName,
    default: 'x-trace-debug-secret',
    doc: 'The header of the secret.',
  },
  debugCreditsEndpoint: {
    section: 'Sampling',
    env: ['TRACING_AGENT_DEBUG_CREDITS_ENDPOINT'],
    parser: httpAddress('/credits', 5778),
    default: undefined,
    doc: "Where to ask for credits for debug traces, by the protocol of Jaeger's throttler; without credits none is started.",
  },

  propagators: {
    section: 'Propagation',
    env: ['TRACING_AGENT_PROPAGATORS', 'OTEL_PROPAGATORS', 'JAEGER_PROPAGATION'],
    parser: listOf<PropagatorName>({
      tracecontext: ['tracecontext'],
      baggage: ['baggage'],
      jaeger: ['jaeger'],
      w3c: ['tracecontext', 'baggage'],
      b3: ['b3'],
      b3multi: ['b3multi'],
    }),
    // Jaeger's clients know B3 in several headers only.
    meaning: { JAEGER_PROPAGATION: { b3: 'b3multi' } },
    default: ['tracecontext', 'baggage', 'jaeger'],
    doc: 'The headers that carry a trace from service to service, in the order in which they are asked; `w3c` means `tracecontext,baggage`, `b3` is one header and `b3multi` several, as `b3` is in JAEGER_PROPAGATION.',
  },
  traceContextHeaderName: {
    section: 'Propagation',
    env: ['TRACING_AGENT_TRACE_CONTEXT_HEADER_NAME', 'TRACES_EXPORTER_JAEGER_TRACE_CONTEXT_HEADER_NAME'],
    parser: headerName,
    default: 'uber-trace-id',
    doc: 'The header of the propagator `jaeger`.',
  },
  debugHeaderName: {
    section: 'Propagation',
    env: ['TRACING_AGENT_DEBUG_HEADER_NAME', 'TRACES_EXPORTER_JAEGER_DEBUG_NAME'],
    parser: headerName,
    default: 'jaeger-debug-id',
    doc: 'The header that starts a debug trace, which is always kept.',
  },
  traceId128Bit: {
    section: 'Propagation',
    env: ['TRACING_AGENT_TRACE_ID_128_BIT', 'JAEGER_TRACEID_128BIT'],
    parser: yesOrNo,
    default: true,
    doc: 'Whether new trace ids have 128 bits, or 64 for old tracers that know no more.',
  },
  baggageTags: {
    section: 'Propagation',
    env: ['TRACING_AGENT_BAGGAGE_TAGS'],
    parser: keyList,
    default: [],
    doc: 'Baggage keys whose values become tags of each span, such as `tenant,kubernetes.object.key`.',
  },
  baggageLogs: {
    section: 'Propagation',
    env: ['TRACING_AGENT_BAGGAGE_LOGS'],
    parser: yesOrNo,
    default: true,
    doc: "Whether baggage that the application sets is noted on the active span as a log `event=baggage`, as Jaeger's clients do.",
  },

  scheduleDelayMillis: {
    section: 'Batching',
    env: ['TRACING_AGENT_SCHEDULE_DELAY_MILLIS', 'OTEL_BSP_SCHEDULE_DELAY', 'JAEGER_REPORTER_FLUSH_INTERVAL'],
    parser: milliseconds(0),
    default: 1000,
    unit: 'ms',
    doc: 'How long a span waits for others at most; in worker threads never longer than 100 ms, since `terminate()` ends them without warning.',
  },
  maxQueueSize: {
    section: 'Batching',
    env: ['TRACING_AGENT_MAX_QUEUE_SIZE', 'OTEL_BSP_MAX_QUEUE_SIZE', 'JAEGER_REPORTER_MAX_QUEUE_SIZE'],
    parser: wholeNumber(1, 1_000_000),
    default: 8192,
    unit: 'spans',
    doc: 'How many spans may wait to be sent; further ones are dropped and counted.',
  },
  maxQueueBytes: {
    section: 'Batching',
    env: ['TRACING_AGENT_MAX_QUEUE_BYTES'],
    // At least one packet, at most what one Buffer can hold everywhere.
    parser: wholeNumber(65_536, 1_073_741_824, 'bytes'),
    default: 32 * 1024 * 1024,
    unit: 'bytes',
    doc: 'How many bytes of spans may wait to be sent; further ones are dropped and counted.',
  },
  maxExportBatchSize: {
    section: 'Batching',
    env: ['TRACING_AGENT_MAX_EXPORT_BATCH_SIZE', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'],
    parser: wholeNumber(1, 1_000_000),
    default: 512,
    unit: 'spans',
    doc: 'How many spans one packet or request may hold; never more than `maxQueueSize`.',
  },
  exportTimeoutMillis: {
    section: 'Batching',
    env: ['TRACING_AGENT_EXPORT_TIMEOUT_MILLIS', 'OTEL_BSP_EXPORT_TIMEOUT'],
    parser: milliseconds(1),
    default: 30_000,
    unit: 'ms',
    doc: 'How long `forceFlush()` and `shutdown()` may take.',
  },
  flushOnExitMillis: {
    section: 'Batching',
    env: ['TRACING_AGENT_FLUSH_ON_EXIT_MILLIS'],
    parser: milliseconds(0),
    default: 500,
    unit: 'ms',
    doc: 'How long a process that ends may be held for its last spans; 0 holds it for none.',
  },
  unfinishedSpans: {
    section: 'Batching',
    env: ['TRACING_AGENT_UNFINISHED_SPANS'],
    parser: yesOrNo,
    default: true,
    doc: 'Whether spans that are open when the process ends are sent with the tag `unfinished=true`, among them the request that killed it; up to 1,024 of them.',
  },
  logSpans: {
    section: 'Batching',
    env: ['TRACING_AGENT_LOG_SPANS', 'JAEGER_REPORTER_LOG_SPANS'],
    parser: yesOrNo,
    default: false,
    yet: true,
    doc: 'Writes each span that is sent to the log.',
  },

  spanAttributeCountLimit: {
    section: 'Limits',
    env: [
      'TRACING_AGENT_SPAN_ATTRIBUTE_COUNT_LIMIT',
      'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
      'OTEL_ATTRIBUTE_COUNT_LIMIT',
    ],
    parser: count,
    default: 128,
    doc: 'How many attributes a span keeps.',
  },
  spanEventCountLimit: {
    section: 'Limits',
    env: ['TRACING_AGENT_SPAN_EVENT_COUNT_LIMIT', 'OTEL_SPAN_EVENT_COUNT_LIMIT'],
    parser: count,
    default: 128,
    doc: 'How many events a span keeps.',
  },
  spanLinkCountLimit: {
    section: 'Limits',
    env: ['TRACING_AGENT_SPAN_LINK_COUNT_LIMIT', 'OTEL_SPAN_LINK_COUNT_LIMIT'],
    parser: count,
    default: 128,
    doc: 'How many links a span keeps.',
  },
  eventAttributeCountLimit: {
    section: 'Limits',
    env: ['TRACING_AGENT_EVENT_ATTRIBUTE_COUNT_LIMIT', 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'],
    parser: count,
    default: 128,
    doc: "How many attributes a span's event keeps.",
  },
  linkAttributeCountLimit: {
    section: 'Limits',
    env: ['TRACING_AGENT_LINK_ATTRIBUTE_COUNT_LIMIT', 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'],
    parser: count,
    default: 128,
    doc: "How many attributes a span's link keeps.",
  },
  attributeValueLengthLimit: {
    section: 'Limits',
    env: [
      'TRACING_AGENT_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    ],
    parser: count,
    default: Number.POSITIVE_INFINITY,
    unit: 'characters',
    doc: "How long an attribute's text may be; what is longer is cut.",
  },

  redactKeys: {
    section: 'Limits',
    env: ['TRACING_AGENT_REDACT_KEYS'],
    parser: attributeKeys,
    default: [],
    doc: "Keys of attributes, of spans, events and links, the application's and the agent's own alike, whose values are sent as `REDACTED`; `*` stands for any characters, and case does not matter: `card.*, *password*`.",
  },

  urlQuery: {
    section: 'HTTP',
    env: ['TRACING_AGENT_URL_QUERY'],
    parser: oneOf({ redact: 'redact', keep: 'keep', drop: 'drop' }),
    default: 'redact',
    doc: 'What becomes of the query string of URLs: `redact` keeps its keys and hides its values.',
  },
  urlQueryVisible: {
    section: 'HTTP',
    env: ['TRACING_AGENT_URL_QUERY_VISIBLE'],
    parser: queryKeys,
    default: [],
    doc: 'Keys of query strings whose values stay visible where `urlQuery` is `redact`.',
  },
  urlQueryRedacted: {
    section: 'HTTP',
    env: ['TRACING_AGENT_URL_QUERY_REDACTED'],
    parser: queryKeys,
    // The first four: https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/
    default: [
      'AWSAccessKeyId',
      'Signature',
      'sig',
      'X-Goog-Signature',
      'X-Amz-Credential',
      'X-Amz-Security-Token',
      'X-Amz-Signature',
      'X-Goog-Credential',
    ],
    doc: 'Keys of query strings whose values are always hidden, whatever `urlQuery` and `urlQueryVisible` say; `none` for no key.',
  },
  responseHeader: {
    section: 'HTTP',
    env: ['TRACING_AGENT_RESPONSE_HEADER'],
    parser: headerName,
    default: undefined,
    doc: "A header of each answer of this process's servers that holds the trace id of a sampled request, such as `trace-id`; none if unset.",
  },
  captureServerRequestHeaders: {
    section: 'HTTP',
    env: [
      'TRACING_AGENT_CAPTURE_SERVER_REQUEST_HEADERS',
      'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST',
      'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS',
    ],
    parser: headerNames,
    default: [],
    doc: `Headers of requests that arrive, recorded as \`http.request.header.<name>\`; ${CAPTURE}`,
  },
  captureServerResponseHeaders: {
    section: 'HTTP',
    env: [
      'TRACING_AGENT_CAPTURE_SERVER_RESPONSE_HEADERS',
      'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_RESPONSE',
      'OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS',
    ],
    parser: headerNames,
    default: [],
    doc: `Headers of the answers to them, recorded as \`http.response.header.<name>\`; ${CAPTURE}`,
  },
  captureClientRequestHeaders: {
    section: 'HTTP',
    env: [
      'TRACING_AGENT_CAPTURE_CLIENT_REQUEST_HEADERS',
      'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_REQUEST',
      'OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_REQUEST_HEADERS',
    ],
    parser: headerNames,
    default: [],
    doc: `Headers of requests that leave, recorded as \`http.request.header.<name>\`; ${CAPTURE}`,
  },
  captureClientResponseHeaders: {
    section: 'HTTP',
    env: [
      'TRACING_AGENT_CAPTURE_CLIENT_RESPONSE_HEADERS',
      'OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_RESPONSE',
      'OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_RESPONSE_HEADERS',
    ],
    parser: headerNames,
    default: [],
    doc: `Headers of the answers to them, recorded as \`http.response.header.<name>\`; ${CAPTURE}`,
  },
  ignoredMethods: {
    section: 'HTTP',
    env: ['TRACING_AGENT_IGNORED_METHODS'],
    parser: wordsLike('list of methods, such as `OPTIONS,HEAD`', TOKEN, 'is no method', (name) =>
      name.toUpperCase(),
    ),
    default: [],
    doc: 'Requests with these methods are answered without a span; what they call is not traced either, and services that they call are told that the trace is not sampled.',
  },
  ignoredPaths: {
    section: 'HTTP',
    env: ['TRACING_AGENT_IGNORED_PATHS'],
    parser: wordsLike(
      'list of paths, such as `/healthz,/static/*`; `*` stands for any characters',
      /^[/*]/,
      'is no path',
    ),
    default: [],
    doc: 'Requests for these paths (without their query) are answered without a span, as those of `ignoredMethods`.',
  },
  httpTimings: {
    section: 'HTTP',
    env: ['TRACING_AGENT_HTTP_TIMINGS'],
    parser: yesOrNo,
    default: false,
    doc: 'Whether client spans get an event for each step: `socket.assigned`, `dns.resolved`, `tcp.connected`, `tls.established`, `request.sent` and `response.received`.',
  },

  disabled: {
    section: 'Agent',
    env: ['TRACING_AGENT_DISABLED', 'OTEL_SDK_DISABLED', 'JAEGER_DISABLED'],
    parser: yesOrNo,
    default: false,
    doc: 'Turns the agent off: the application runs as if it were not there.',
  },
  enabledInstrumentations: {
    section: 'Agent',
    env: ['TRACING_AGENT_ENABLED_INSTRUMENTATIONS', 'OTEL_NODE_ENABLED_INSTRUMENTATIONS'],
    parser: instrumentationNames,
    default: undefined,
    doc: 'The only instrumentations to use; all if unset.',
  },
  disabledInstrumentations: {
    section: 'Agent',
    env: ['TRACING_AGENT_DISABLED_INSTRUMENTATIONS', 'OTEL_NODE_DISABLED_INSTRUMENTATIONS'],
    parser: instrumentationNames,
    default: [],
    doc: 'Instrumentations to leave out, even if they are enabled; each variable OTEL_INSTRUMENTATION_<NAME>_ENABLED that is false adds one, the name in capitals with `_` for every other sign: `AWS_SDK`.',
  },
  additionalInstrumentations: {
    section: 'Agent',
    env: ['TRACING_AGENT_ADDITIONAL_INSTRUMENTATIONS'],
    parser: instrumentationNames,
    default: [],
    doc: 'Instrumentations to use besides those that are enabled, and those that are off unless they are named: `dns`, `fs`, `net`; each variable OTEL_INSTRUMENTATION_<NAME>_ENABLED that is true adds one.',
  },
  instrumentationOptions: {
    section: 'Agent',
    env: ['TRACING_AGENT_INSTRUMENTATION_OPTIONS'],
    parser: optionsByName,
    default: {},
    doc: "Options of OpenTelemetry's instrumentations by their short names.",
  },
  esModules: {
    section: 'Agent',
    env: ['TRACING_AGENT_ES_MODULES'],
    parser: oneOf({ auto: 'auto', on: 'on', off: 'off' }),
    default: 'auto',
    doc: 'Whether libraries that are ES modules are seen: `auto` where the application has one that can be traced, see docs/instrumentations.md. CommonJS is always seen.',
  },
  sqlComment: {
    section: 'Agent',
    env: ['TRACING_AGENT_SQL_COMMENT'],
    parser: yesOrNo,
    default: false,
    doc: "Whether SQL queries carry their trace to the server's logs, in a comment at their end as sqlcommenter writes it: `/*traceparent='00-…'*/`. Never on prepared statements, nor on a text with a comment of its own.",
  },
  logCorrelation: {
    section: 'Agent',
    env: ['TRACING_AGENT_LOG_CORRELATION'],
    parser: yesOrNo,
    default: false,
    doc: "Whether records of pino, winston and bunyan get the active span's `trace_id`, `span_id` and `trace_flags`; off, since it changes what the application writes.",
  },
  detail: {
    section: 'Agent',
    env: ['TRACING_AGENT_DETAIL'],
    parser: oneOf({ request: 'request', handler: 'handler', middleware: 'middleware' }),
    default: 'request',
    doc: "Which spans web frameworks make below a request's: none, one for the route's `handler`, or one for each `middleware` and hook as well.",
  },
  maxOverhead: {
    section: 'Agent',
    env: ['TRACING_AGENT_MAX_OVERHEAD'],
    parser: percent,
    default: undefined,
    doc: "How much of the event loop's active time tracing may take, in percent, by the agent's own estimate; above it spans of `detail` are left out first, then new traces, until it is well below. Unlimited if unset.",
  },
  logLevel: {
    section: 'Agent',
    env: ['TRACING_AGENT_LOG_LEVEL', 'OTEL_LOG_LEVEL'],
    parser: oneOf({
      none: 'none',
      error: 'error',
      warn: 'warn',
      info: 'info',
      debug: 'debug',
      verbose: 'debug',
      all: 'debug',
    }),
    default: 'warn',
    doc: 'What the agent says on stderr.',
  },
  healthSignal: {
    section: 'Agent',
    env: ['TRACING_AGENT_HEALTH_SIGNAL'],
    parser: yesOrNo,
    default: false,
    doc: 'Whether the signal SIGUSR2 prints what `health()` gives as one line of JSON on stderr; else nothing listens for it.',
  },
  insist: {
    section: 'Agent',
    env: ['TRACING_AGENT_INSIST'],
    parser: yesOrNo,
    default: false,
    doc: "Whether to trace beside another vendor's agent, or in the place of an OpenTelemetry SDK that has registered before; else this agent stands back.",
  },
  skip: {
    section: 'Agent',
    env: ['TRACING_AGENT_SKIP'],
    parser: programNames,
    default: [],
    doc: 'More programs that are not traced, by the names of their main scripts without folder and extension, such as `migrate,seed`. Read by `register.js`, from the environment alone.',
  },
  tools: {
    section: 'Agent',
    env: ['TRACING_AGENT_TOOLS'],
    parser: yesOrNo,
    default: false,
    doc: 'Whether package managers, compilers, linters and their like (docs/compatibility.md has the list), and `node -e` and `-p` where NODE_OPTIONS loads the agent, are traced as well; TRACING_AGENT_ENABLE=true asks for one command. Read by `register.js`, from the environment alone.',
  },
  configFile: {
    section: 'Agent',
    env: ['TRACING_AGENT_CONFIG_FILE'],
    parser: text,
    default: undefined,
    doc: 'A JSON file that holds one object of options under the names of this table.',
  },
};

export const optionNames = Object.keys(options) as OptionName[];
