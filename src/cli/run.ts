/**
 * The commands `run` and `trace`: start what is to be traced, with the agent or with headers, and end as it ends.
 * Before a span's way.
 */
import { basename } from 'node:path';
import type { Environment } from '../config/parser';
import { type CommandEnd, endAs, runCommand } from './child-command';
import { deliver } from './delivery';
import { scriptOf, withAgent } from './node-options';
import { type HeaderFormat, OwnTrace } from './own-trace';
import { traceLink } from './query-api';
import { effectiveSettings, likelyPage } from './settings';
import { CommandError, note } from './terminal';
import { type CommandView, openBrowser, viewCommand } from './view';

/** Settings that the command line has short options for. */
export interface SettingOptions {
  readonly service?: string;
  readonly exporter?: string;
  readonly agent?: string;
  readonly endpoint?: string;
  readonly sampler?: string;
  readonly samplerArgument?: string;
}

export interface RunOptions extends SettingOptions {
  readonly trace?: boolean;
  readonly view?: boolean;
  readonly open?: boolean;
  readonly ui?: string;
}

/** The variables that these options stand for; undefined takes a variable away. */
export function settingVariables(options: SettingOptions): Environment {
  const { service, exporter, agent, endpoint, sampler, samplerArgument } = options;
  const variables: Record<string, string | undefined> = {};
  if (service !== undefined) variables.TRACING_AGENT_SERVICE_NAME = service;
  if (exporter !== undefined) variables.TRACING_AGENT_EXPORTER = exporter;
  if (sampler !== undefined) variables.TRACING_AGENT_SAMPLER = sampler;
  if (samplerArgument !== undefined) variables.TRACING_AGENT_SAMPLER_ARGUMENT = samplerArgument;
  if (agent !== undefined) {
    // An IPv6 address without brackets has no port.
    const found = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$|^(?:[^:]*:){2}.*$/.exec(agent.trim());
    if (found === null) throw new CommandError(`--agent ${agent} is not HOST or HOST:PORT`, 2);
    variables.TRACING_AGENT_AGENT_HOST = found[1] ?? found[0];
    if (found[2] !== undefined) variables.TRACING_AGENT_AGENT_PORT = found[2];
    // Of equal rank it would win.
    variables.TRACING_AGENT_ENDPOINT = undefined;
  }
  if (endpoint !== undefined) variables.TRACING_AGENT_ENDPOINT = endpoint;
  return variables;
}

export async function run(command: readonly string[], options: RunOptions): Promise<void> {
  const view = options.view ? await beginView(options) : undefined;
  const settings = effectiveSettings(scriptOf(command), {
    ...settingVariables(options),
    ...(view === undefined ? {} : viewVariables(view)),
  });
  const variables: Record<string, string | undefined> = {
    ...settings.env,
    NODE_OPTIONS: withAgent(settings.env.NODE_OPTIONS),
  };
  if (!options.trace) {
    const end = await runCommand(command, variables);
    await leaveView(view);
    endAs(end);
    return;
  }
  const own = new OwnTrace(settings.env);
  Object.assign(variables, own.variables(), {
    TRACING_AGENT_PROCESS_SPAN: 'true',
    TRACING_AGENT_ENABLE: 'true',
  });
  note(
    `tracing-agent: trace ${own.traceId}, ${traceLink(options.ui ?? view?.url ?? likelyPage(settings.config), own.traceId)}`,
  );
  const end = await runCommand(command, variables);
  await sendRoot(own, command, end, settings);
  await leaveView(view);
  endAs(end);
}

export interface TraceOptions extends SettingOptions {
  readonly format: HeaderFormat;
  readonly ui?: string;
}

/** Starts curl with a trace's headers, and any command with its variables; the command itself is the root span. */
export async function traceCommand(command: readonly string[], options: TraceOptions): Promise<void> {
  const settings = effectiveSettings(undefined, settingVariables(options));
  const own = new OwnTrace(settings.env);
  const [program = '', ...rest] = command;
  const args = /^curl(?:\.exe)?$/.test(basename(program))
    ? [
        ...Object.entries(own.headers(options.format)).flatMap(([name, value]) => [
          '-H',
          `${name}: ${value}`,
        ]),
        ...rest,
      ]
    : rest;
  note(
    `tracing-agent: trace ${own.traceId}, ${traceLink(options.ui ?? likelyPage(settings.config), own.traceId)}`,
  );
  const end = await runCommand([program, ...args], { ...settings.env, ...own.variables() });
  await sendRoot(own, command, end, settings);
  endAs(end);
}

/** Without it the trace would have no root. Never rejects: the command comes first. */
async function sendRoot(
  own: OwnTrace,
  command: readonly string[],
  { code, signal }: CommandEnd,
  settings: ReturnType<typeof effectiveSettings>,
): Promise<void> {
  const name = basename(command[0] ?? '');
  const named = settings.sources.serviceName.kind.match(/^(?:default|package)$/) === null;
  try {
    await deliver(settings, named ? settings.config.serviceName : name, [
      {
        traceId: own.traceId,
        spanId: own.spanId,
        parentSpanId: own.parentSpanId,
        name,
        start: own.start,
        duration: Date.now() - own.start,
        failed: code !== 0,
        attributes: {
          // Its arguments may be secret.
          'process.executable.name': name,
          ...(signal === null ? { 'process.exit.code': code ?? 0 } : { 'process.exit.signal': signal }),
        },
      },
    ]);
  } catch (error) {
    note(`tracing-agent: the root span of trace ${own.traceId} was not sent: ${(error as Error).message}`);
  }
}

async function beginView({ open }: RunOptions): Promise<CommandView> {
  const view = await viewCommand();
  note(`tracing-agent: traces are at ${view.url}`);
  if (open !== false && process.stderr.isTTY) openBrowser(view.url);
  return view;
}

/** A person looks at traces after the command has ended, too, and ends the viewer; a script waits for nobody. */
async function leaveView(view: CommandView | undefined): Promise<void> {
  if (view === undefined) return;
  if (process.stdin.isTTY && process.stderr.isTTY) {
    note(`tracing-agent: the command has ended; ${view.url} stays until Ctrl+C`);
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
  }
  await view.close();
}

function viewVariables(view: CommandView): Environment {
  return {
    TRACING_AGENT_EXPORTER: 'jaeger',
    TRACING_AGENT_AGENT_HOST: '127.0.0.1',
    TRACING_AGENT_AGENT_PORT: String(view.agentPort),
    TRACING_AGENT_ENDPOINT: undefined,
  };
}
