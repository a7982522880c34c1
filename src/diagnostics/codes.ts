/**
 * The one table of everything the agent can say to a person: stable code, level, text, next step.
 * Beside a span's way: any station reports through it; docs and tests are made from it.
 */

export type Level = 'error' | 'warn' | 'info' | 'debug';

export interface Code {
  readonly level: Level;
  /** One line; `{name}` is replaced by the value of that name given to `report`. */
  readonly text: string;
  /** What the reader can do about it, one line. */
  readonly next: string;
}

/** A retired code is never given to another meaning. */
function all() {
  return {
    TA_SETTING_INVALID: {
      level: 'warn',
      text: '{name}={value} {problem}; using {used}',
      next: 'correct the value, or unset it',
    },
    TA_SETTING_NOT_YET: {
      level: 'warn',
      text: '{name}={value} is not supported by this version yet; using {used}',
      next: 'choose one of the supported values, see docs/configuration.md',
    },
    TA_SETTING_UNKNOWN: {
      level: 'warn',
      text: '{name} is not a setting of this agent{suggestion}; it has no effect',
      next: 'see docs/configuration.md for every name',
    },
    TA_SETTING_FILE: {
      level: 'warn',
      text: 'the settings file {file} could not be used: {problem}',
      next: 'correct TRACING_AGENT_CONFIG_FILE or the file; the other settings hold',
    },
    TA_NODE_TOO_OLD: {
      level: 'warn',
      text: 'Node.js {version} is older than this agent supports; the application runs untraced',
      next: 'use Node.js 18.19, 20.6, 22 or newer',
    },
    TA_START_FAILED: {
      level: 'error',
      text: 'the agent could not start, the application runs untraced: {error}',
      next: 'set TRACING_AGENT_LOG_LEVEL=debug and report what it prints',
    },
    TA_ALREADY_STARTED: {
      level: 'warn',
      text: 'a tracing agent runs already in this process ({first}); the one at {second} stands back',
      next: 'load the agent once: by -r, --import or NODE_OPTIONS',
    },
    TA_STARTED: {
      level: 'info',
      text: 'tracing {service} to {destination}, sampler {sampler}',
      next: 'nothing to do',
    },
    TA_API_REGISTERED: {
      level: 'warn',
      text: 'another OpenTelemetry SDK is registered in this process already; this agent stands back',
      next: 'remove the other SDK, or this agent, or set TRACING_AGENT_INSIST=true to trace in its place',
    },
    TA_SECOND_SDK: {
      level: 'warn',
      text: 'the application sets up an OpenTelemetry SDK of its own (the API {version} was asked for a second tracer provider): its exporter gets no span, and its instrumentations trace each call a second time, into this agent',
      next: 'remove that set-up, or this agent',
    },
    TA_OTHER_AGENT: {
      level: 'warn',
      text: '{other} is loaded into this process as well; this agent stands back',
      next: 'remove one of the two, or set TRACING_AGENT_INSIST=true to have both',
    },
    TA_PATCHED: {
      level: 'debug',
      text: '{library} {version} is traced by the instrumentation {instrumentation}',
      next: 'nothing to do',
    },
    TA_PATCH_FAILED: {
      level: 'error',
      text: '{library} {version} could not be patched and runs untraced: {error}',
      next: 'set OTEL_NODE_DISABLED_INSTRUMENTATIONS={instrumentation} to leave it alone, and report it',
    },
    TA_PATCH_DISABLED: {
      level: 'error',
      text: 'the instrumentation {instrumentation} failed {count} times and is off until the process restarts; last: {error}',
      next: 'report it with the library version; the application is not affected',
    },
    TA_PATCH_FAULT: {
      level: 'warn',
      text: 'the instrumentation {instrumentation} failed once, the call went on untraced: {error}',
      next: 'report it with the library version',
    },
    TA_PATCH_VERSION: {
      level: 'info',
      text: '{library} {version} is outside of the versions {range} that this agent knows; it runs untraced',
      next: 'upgrade the agent, or use a version of the library in that range',
    },
    TA_PATCH_NEWER: {
      level: 'warn',
      text: '{library} {version} is newer than the versions {range} that this agent was tested with; {outcome}',
      next: 'upgrade the agent; OTEL_NODE_DISABLED_INSTRUMENTATIONS leaves a library alone',
    },
    TA_PATCH_NOTHING: {
      level: 'warn',
      text: '{library} {version} ({file}) is not shaped as this agent knows it ({lacking} not found); it was left alone',
      next: 'upgrade the agent, or use a version of the library that docs/instrumentations.md names',
    },
    TA_LOADED_EARLY: {
      level: 'warn',
      text: '{library} {version} was loaded before the agent, by {by}; what was taken from it until then runs untraced',
      next: 'load the agent first: node -r tracing-agent/register, before any other -r',
    },
    TA_BUNDLED: {
      level: 'warn',
      text: 'a bundler has put {libraries} into {file}; there they run untraced',
      next: 'mark them as external in the bundler, so that they are loaded from node_modules',
    },
    TA_BUNDLE: {
      level: 'info',
      text: '{file} looks like a bundle; libraries inside of it run untraced',
      next: 'mark those to be traced as external in the bundler, so that they are loaded from node_modules',
    },
    TA_ES_MODULES_UNSEEN: {
      level: 'info',
      text: '{libraries}: this Node.js shows their ES modules only to a loader thread; imported, they run untraced',
      next: 'set TRACING_AGENT_ES_MODULES=on, or use Node.js 22.15 or newer; required, they are traced',
    },
    TA_OPTIONS_UNUSED: {
      level: 'warn',
      text: 'the instrumentation {instrumentation} takes no options; those given in instrumentationOptions have no effect',
      next: 'correct TRACING_AGENT_INSTRUMENTATION_OPTIONS; these take options: {names}',
    },
    TA_AGENT_UNRESOLVED: {
      level: 'warn',
      text: 'the Jaeger agent {address} cannot be {step} ({error}); spans are dropped until it can',
      next: 'check TRACING_AGENT_AGENT_HOST (or OTEL_EXPORTER_JAEGER_AGENT_HOST, JAEGER_AGENT_HOST)',
    },
    TA_AGENT_REFUSED: {
      level: 'warn',
      text: 'nothing listens for spans at the Jaeger agent udp://{address} ({error})',
      next: 'start Jaeger there, or set TRACING_AGENT_AGENT_HOST and TRACING_AGENT_AGENT_PORT',
    },
    TA_RECEIVER_FULL: {
      level: 'warn',
      text: 'the Jaeger agent udp://{address} reads too slowly: its socket had no room for {packets} packets so far',
      next: 'give it more processor time, sample less, or send by HTTP (TRACING_AGENT_ENDPOINT)',
    },
    TA_PACKET_TOO_LARGE: {
      level: 'warn',
      text: 'the network takes no packets of {bytes} bytes to the Jaeger agent udp://{address}; they have at most {limit} from now on',
      next: 'set TRACING_AGENT_MAX_PACKET_SIZE to what it takes, 1300 suits most',
    },
    TA_COLLECTOR_FAILED: {
      level: 'warn',
      text: 'the Jaeger collector {url} did not take {spans} spans: {error}',
      next: 'check TRACING_AGENT_ENDPOINT (or OTEL_EXPORTER_JAEGER_ENDPOINT, JAEGER_ENDPOINT) and its credentials',
    },
    TA_LOST_AT_EXIT: {
      level: 'warn',
      text: 'the process ended before {url} had taken its last {spans} spans',
      next: 'raise TRACING_AGENT_FLUSH_ON_EXIT_MILLIS, or set TRACING_AGENT_SPOOL_DIR (Jaeger by HTTP)',
    },
    TA_SAMPLING_FAILED: {
      level: 'warn',
      text: 'no sampling strategy from {url}: {error}; the last one holds',
      next: 'check TRACING_AGENT_SAMPLING_ENDPOINT (or JAEGER_SAMPLING_ENDPOINT), or choose a sampler that needs no server',
    },
    TA_OTLP_FAILED: {
      level: 'warn',
      text: 'the OTLP collector {url} did not take {spans} spans: {error}',
      next: 'check OTEL_EXPORTER_OTLP_ENDPOINT (or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) and its headers',
    },
    TA_FAILOVER: {
      level: 'warn',
      text: 'nothing takes spans at {from}; they go to {to} until something does',
      next: 'see what is wrong there; spans go back by themselves',
    },
    TA_FAILOVER_BACK: {
      level: 'warn',
      text: 'spans go to {to} again, which answers',
      next: 'nothing to do',
    },
    TA_COLLECTOR_PLAIN: {
      level: 'warn',
      text: 'the Jaeger collector {url} answered {status} to a compressed request; requests are not compressed any more',
      next: 'unset TRACING_AGENT_COMPRESSION, or use a collector that takes gzip, as Jaeger v2 does',
    },
    TA_CERTIFICATE_FILE: {
      level: 'warn',
      text: 'the file {file} for the connection to the Jaeger collector cannot be read: {error}',
      next: 'check TRACING_AGENT_CA_FILE, TRACING_AGENT_CERT_FILE and TRACING_AGENT_KEY_FILE',
    },
    TA_SPOOL_FAILED: {
      level: 'warn',
      text: 'the spool {directory} cannot be used: {error}; spans wait in memory only',
      next: 'check TRACING_AGENT_SPOOL_DIR, its permissions and the free space',
    },
    TA_SPOOL_CORRUPT: {
      level: 'warn',
      text: 'the spool file {file} was damaged in {count} places; what is whole is sent',
      next: 'nothing to do, unless it happens again: then check the disk',
    },
    TA_SPOOL_FULL: {
      level: 'warn',
      text: 'the spool is full ({limit} bytes): {count} spans were dropped so far, the oldest',
      next: 'raise TRACING_AGENT_SPOOL_MAX_BYTES, or see why the collector takes nothing',
    },
    TA_SPAN_TOO_LARGE: {
      level: 'warn',
      text: 'a span named {span} needs more than the {limit} bytes of a packet and was dropped',
      next: 'record less in it, raise TRACING_AGENT_MAX_PACKET_SIZE, or send by HTTP (TRACING_AGENT_ENDPOINT)',
    },
    TA_BAGGAGE_DROPPED: {
      level: 'warn',
      text: 'the baggage item {key} was not sent on: {problem}',
      next: 'keep baggage to 64 items, 2,048 characters a value and 8 KiB in all, in text that a header can hold',
    },
    TA_SPAN_SHORTENED: {
      level: 'info',
      text: 'a span named {span} needs more than the {limit} bytes of a packet; its largest values were cut',
      next: 'the tags `….truncated` beside them say how long they were; record less, or send by HTTP',
    },
    TA_QUEUE_FULL: {
      level: 'warn',
      text: 'spans are produced faster than they can be sent; {count} were dropped so far',
      next: 'sample less, or raise TRACING_AGENT_MAX_QUEUE_SIZE',
    },
    TA_PART_RESTS: {
      level: 'error',
      text: 'the agent failed inside ({part}) {count} times and leaves that part out for {seconds} s; last: {error}',
      next: 'report it with the output of TRACING_AGENT_LOG_LEVEL=debug; the application is not affected',
    },
    TA_OVERLOAD: {
      level: 'warn',
      text: "tracing takes {overhead} % of the event loop's time, more than {budget} %: {shed}",
      next: 'sample less, or raise TRACING_AGENT_MAX_OVERHEAD; what was shed comes back by itself',
    },
    TA_OVERLOAD_OVER: {
      level: 'info',
      text: "tracing is within {budget} % of the event loop's time again, nothing is shed any more",
      next: 'nothing to do',
    },
    TA_WATCH_FAILED: {
      level: 'warn',
      text: 'the controller {controller} cannot list or watch its objects: {error}; it tries again in {seconds} s',
      next: 'check the API server, the credentials and the rules for list and watch; objects are handled again once it answers',
    },
    TA_OBJECT_GIVEN_UP: {
      level: 'warn',
      text: 'the controller {controller} failed {times} times with {key} and leaves it until it changes or is looked at again: {error}',
      next: 'see the traces of that kubernetes.object.key; onError hears of each failure',
    },
    TA_INTERNAL: {
      level: 'error',
      text: 'the agent failed inside ({part}), the application is not affected: {error}',
      next: 'report it with the output of TRACING_AGENT_LOG_LEVEL=debug',
    },
  } as const satisfies Record<string, Code>;
}

let made: ReturnType<typeof all> | undefined;

/** The table; made when something is first said, which most processes never come to. */
export function codes(): ReturnType<typeof all> {
  made ??= all();
  return made;
}

export type CodeName = keyof ReturnType<typeof all>;
