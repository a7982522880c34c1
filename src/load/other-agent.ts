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

/** @param flags of a command line, or what NODE_OPTIONS holds */
export function preloadedAgent(flags: string): string | undefined {
  if (!mayName(flags)) return undefined;
  return new RegExp(
    `(?:^|\\s)(?:-r|--require|--import|--loader|--experimental-loader)(?:\\s+|=)["']?(?:[^"'\\s]*[/\\\\])?(${NAMES}|${INSTRUMENTATIONS})(?=["'/\\\\\\s]|$)`,
  ).exec(flags)?.[1];
}

/** @param nodeOptions what the variable of that name holds */
export function otherAgent(nodeOptions: string | undefined): string | undefined {
  const preloaded = preloadedAgent(process.execArgv.join(' ')) ?? preloadedAgent(nodeOptions ?? '');
  if (preloaded !== undefined) return preloaded;
  const files = Object.keys(require.cache).filter(mayName);
  if (files.length === 0) return undefined;
  const loaded = new RegExp(`[/\\\\]node_modules[/\\\\](${NAMES.replaceAll('/', '[/\\\\]')})[/\\\\]`);
  for (const file of files) {
    const found = loaded.exec(file);
    if (found !== null) return found[1];
  }
  return undefined;
}

/**
 * Whether an expression is worth making: V8 spends three million instructions on each of those above, and most
 * processes have no such agent. By the last part of a name, since a path may hold a backslash after the scope.
 */
function mayName(text: string): boolean {
  for (const name of AGENTS) if (text.includes(name.slice(name.indexOf('/') + 1))) return true;
  return text.includes(INSTRUMENTATIONS);
}
