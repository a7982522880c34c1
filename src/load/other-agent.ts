/**
 * Tells whether another vendor's tracing agent is in this process: two that patch the same calls would trace each twice.
 * Before a span's way begins. It looks at names only: what has been loaded, and what the command line preloads.
 */

/** Packages that patch an application as this one does; those of OpenTelemetry are also known by the API's globals. */
const AGENTS = [
  'dd-trace',
  'newrelic',
  'elastic-apm-node',
  '@elastic/opentelemetry-node',
  '@splunk/otel',
  '@google-cloud/trace-agent',
  '@instana/collector',
  'appdynamics',
  'applicationinsights',
  '@dynatrace/oneagent',
  '@newrelic/next',
  'skywalking-backend-js',
  'signalfx-tracing',
  '@solarwinds-apm/solarwinds-apm',
  'solarwinds-apm',
];

/** A set of instrumentations that SDKs take, and an agent only where it is preloaded. */
const INSTRUMENTATIONS = '@opentelemetry/auto-instrumentations-node';
const NAMES = AGENTS.join('|');
const LOADED = new RegExp(`[/\\\\]node_modules[/\\\\](${NAMES.replaceAll('/', '[/\\\\]')})[/\\\\]`);
const PRELOADED = new RegExp(
  `(?:^|\\s)(?:-r|--require|--import|--loader|--experimental-loader)(?:\\s+|=)["']?(?:[^"'\\s]*[/\\\\])?(${NAMES}|${INSTRUMENTATIONS})(?=["'/\\\\\\s]|$)`,
);

/** @param flags of a command line, or what NODE_OPTIONS holds */
export function preloadedAgent(flags: string): string | undefined {
  return PRELOADED.exec(flags)?.[1];
}

/** @param nodeOptions what the variable of that name holds */
export function otherAgent(nodeOptions: string | undefined): string | undefined {
  const preloaded = preloadedAgent(process.execArgv.join(' ')) ?? preloadedAgent(nodeOptions ?? '');
  if (preloaded !== undefined) return preloaded;
  for (const file of Object.keys(require.cache)) {
    const found = LOADED.exec(file);
    if (found !== null) return found[1];
  }
  return undefined;
}
