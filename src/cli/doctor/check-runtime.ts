/**
 * Looks at Node's version, at which copy of the agent would run, and at what else is loaded before the application.
 * Beside a span's way: doctor's first checks.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Environment } from '../../config/parser';
import { preloadedAgent } from '../../load/other-agent';
import { VERSION } from '../../version';
import { isAgent, isNode, type Preload, preloadsIn, REGISTER, splitNodeOptions } from '../node-options';
import type { Finding } from './finding';

/** As register.js has them: major → least minor. */
const CUT_OFFS: Readonly<Record<number, number>> = { 18: 19, 20: 6 };

/** Whether the agent runs on this version of Node. */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 18 && major !== 19 && minor >= (CUT_OFFS[major] ?? 0);
}

export function nodeFinding(version: string, whose: string): Finding {
  if (isSupported(version)) return { check: 'Node.js', status: 'ok', found: `${version} (${whose})` };
  return {
    check: 'Node.js',
    status: 'fail',
    found: `${version} (${whose}) is older than this agent supports: the application runs untraced`,
    next: 'use Node.js 18.19, 20.6, 22 or newer',
  };
}

/** The version of the Node that a command names first; undefined where it names none, or that can't be started. */
export function nodeOfCommand(command: readonly string[], env: Environment): string | undefined {
  const file = command.find(isNode);
  if (file === undefined) return undefined;
  const { stdout, status } = spawnSync(file, ['-p', 'process.versions.node'], {
    env: { ...env, NODE_OPTIONS: '' },
    encoding: 'utf8',
    timeout: 10_000,
  });
  return status === 0 ? stdout.trim() : undefined;
}

export interface Loading {
  readonly env: Environment;
  readonly directory: string;
  /** The application's command; empty without one. */
  readonly command: readonly string[];
}

/** All that the command and NODE_OPTIONS load first, in Node's order. */
export function preloadsOf({ env, command }: Loading): Preload[] {
  return preloadsIn([...splitNodeOptions(env.NODE_OPTIONS ?? ''), ...command]);
}

/** @param insist the setting that wants this agent beside others */
export function copyFindings(loading: Loading, insist: boolean): Finding[] {
  const findings: Finding[] = [
    { check: 'agent', status: 'ok', found: `tracing-agent ${VERSION} at ${dirname(REGISTER)}` },
  ];
  const installed = installedCopy(loading.directory);
  if (installed !== undefined && installed.directory !== dirname(REGISTER)) {
    findings.push({
      check: 'agent',
      status: installed.version === VERSION ? 'ok' : 'warn',
      found: `the application's folder has another copy, ${installed.version} at ${installed.directory}`,
      next: 'install the version that you want once; "npx tracing-agent" in that folder uses its copy',
    });
  }
  const agents = preloadsOf(loading).filter(isAgent);
  findings.push(...loaderFindings(agents));
  // Where there is an application, its own processes tell.
  const other = preloadedAgent(loading.env.NODE_OPTIONS ?? '');
  if (other !== undefined && loading.command.length === 0 && !insist) {
    findings.push({
      check: 'other agents',
      status: 'fail',
      found: `NODE_OPTIONS loads ${other}: this agent stands back where another one is`,
      next: `remove ${other} from NODE_OPTIONS, or set TRACING_AGENT_INSIST=true to have both`,
    });
  }
  if (agents.length === 0) {
    findings.push({
      check: 'loading',
      status: loading.command.length > 0 ? 'warn' : 'skip',
      found:
        loading.command.length > 0
          ? 'neither NODE_OPTIONS nor the command loads the agent: doctor did it for this run'
          : 'NODE_OPTIONS does not load the agent here',
      next: 'unless it loads the agent by itself, start the application with "tracing-agent run -- …", node -r tracing-agent/register, or NODE_OPTIONS="--require tracing-agent/register"',
    });
  }
  return findings;
}

function loaderFindings(agents: readonly Preload[]): Finding[] {
  const inLoader = agents.find(({ flag }) => flag.endsWith('loader'));
  if (inLoader === undefined) {
    return agents.map(({ flag, module }) => ({ check: 'loading', status: 'ok', found: `${flag} ${module}` }));
  }
  const also = agents.some(({ flag }) => !flag.endsWith('loader'));
  return [
    {
      check: 'loading',
      status: also ? 'warn' : 'fail',
      found: `${inLoader.flag} ${inLoader.module} loads the agent into Node's loader thread, where no code of the application runs`,
      next: 'use -r tracing-agent/register, or --import tracing-agent/register',
    },
  ];
}

function installedCopy(directory: string): { version: string; directory: string } | undefined {
  try {
    const file = createRequire(join(directory, 'package.json')).resolve('tracing-agent/package.json');
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return { version, directory: dirname(file) };
  } catch {
    return undefined;
  }
}
