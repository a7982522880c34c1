/**
 * Says what happened in the application's processes: whether the agent got there, ran, and what it patched.
 * Beside a span's way: doctor's check with `-- node app.js`.
 */
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { scriptOf } from '../node-options';
import type { ApplicationRun } from './application';
import { libraryFindings } from './check-libraries';
import { isSupported, type Loading, nodeFinding } from './check-runtime';
import type { Finding } from './finding';
import type { ProcessRecord } from './probe';

const MANAGERS = /[\\/](?:npm|npx|yarn|pnpm|corepack)(?:[\\/]|(?:-cli)?\.c?js$)/;

export function applicationFindings(run: ApplicationRun, loading: Loading): Finding[] {
  if (run.error !== undefined) {
    return [{ check: 'application', status: 'fail', found: run.error, next: 'correct the command after --' }];
  }
  const processes = run.records.filter(({ script }) => script === undefined || !MANAGERS.test(script));
  if (processes.length === 0) return [unreached(loading)];
  const findings: Finding[] = [];
  for (const node of new Set(processes.map((record) => record.node))) {
    if (!isSupported(node)) findings.push(nodeFinding(node, 'of the application'));
  }
  if (findings.length > 0) return findings;
  const traced = processes.filter((record) => says(record, 'TA_STARTED').length > 0);
  findings.push(...startFindings(processes, traced, run));
  if (traced.length > 0) findings.push(...libraryFindings(traced, scriptIn(loading), loading.directory));
  return findings;
}

function unreached({ command }: Loading): Finding {
  const clears = command.some((word, at) => /(?:^|\/)(?:env|sudo)$/.test(word) || (word === '-i' && at > 0));
  return {
    check: 'application',
    status: 'fail',
    found: `no Node process of the command got NODE_OPTIONS, so the agent was not loaded${clears ? ': the command clears the environment' : ''}`,
    next: 'see what takes NODE_OPTIONS away (env -i, sudo without -E, a script that sets it anew), or put -r tracing-agent/register behind node itself',
  };
}

function startFindings(
  processes: readonly ProcessRecord[],
  traced: readonly ProcessRecord[],
  run: ApplicationRun,
): Finding[] {
  const check = 'application';
  const findings: Finding[] = [];
  const first = (code: string) => processes.flatMap((record) => says(record, code))[0];
  const twice = first('TA_ALREADY_STARTED');
  if (twice !== undefined) {
    findings.push({
      check: 'other agents',
      status: 'warn',
      found: `two copies of this agent are loaded: ${twice.first} runs, and ${twice.second} stands back`,
      next: 'load the agent once: by -r, --import or NODE_OPTIONS',
    });
  }
  const stoodBack = first('TA_OTHER_AGENT');
  if (stoodBack !== undefined) {
    findings.push({
      check: 'other agents',
      status: 'fail',
      found: `${stoodBack.other} is loaded into the process as well: two agents, and this one stands back`,
      next: 'remove one of the two, or set TRACING_AGENT_INSIST=true to have both',
    });
  }
  const registered = first('TA_API_REGISTERED');
  if (registered !== undefined) {
    findings.push({
      check: 'other agents',
      status: 'fail',
      found: 'another OpenTelemetry SDK was registered in the process first; this agent stands back',
      next: 'remove the other SDK, or this agent',
    });
  }
  const failed = first('TA_START_FAILED');
  if (failed !== undefined) {
    findings.push({
      check,
      status: 'fail',
      found: `the agent could not start: ${failed.error}`,
      next: 'set TRACING_AGENT_LOG_LEVEL=debug and report what it prints',
    });
  }
  if (traced.length === 0 && findings.every(({ status }) => status !== 'fail')) {
    findings.push({
      check,
      status: 'fail',
      found:
        'the agent was not started in the application: a setting turns it off there, or it was only loaded where no code of the application runs',
      next: 'see the settings above, and load it by -r or --import',
    });
  }
  if (run.end !== undefined && run.end.code !== 0) {
    const how = run.end.signal ?? `exit code ${run.end.code}`;
    findings.push({
      check,
      status: 'warn',
      found: `it ended with ${how} by itself`,
      next: 'its own output is above',
    });
  }
  if (traced.length > 0) {
    const where = traced.map(
      ({ pid, script = 'node', node }) => `${script} (process ${pid}, Node.js ${node})`,
    );
    const started = says(traced[0]!, 'TA_STARTED')[0]!;
    findings.push({
      check,
      status: 'ok',
      found: `the agent runs in ${where.join(', ')}: ${started.service} → ${started.destination}`,
    });
  }
  return findings;
}

function says({ codes }: ProcessRecord, code: string): Readonly<Record<string, string>>[] {
  return codes.filter((each) => each.code === code).map(({ values }) => values);
}

/** Absolute, if the command names it. */
export function scriptIn({ command, directory }: Loading): string | undefined {
  const script = scriptOf(command);
  if (script === undefined) return undefined;
  const path = isAbsolute(script) ? script : join(directory, script);
  return existsSync(path) ? path : undefined;
}
