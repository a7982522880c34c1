/**
 * Looks at the settings: what they turn off, what was misspelled, what the sampler keeps, and where files would go.
 * Beside a span's way: doctor's checks that need no network.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { destinationText } from '../../config/destination';
import { optionNames } from '../../config/options';
import { problemLines } from '../config-command';
import { type Effective, sourceText, valueText } from '../settings';
import type { Finding } from './finding';

export function settingsFindings(effective: Effective): Finding[] {
  return [
    ...onFindings(effective),
    ...changed(effective),
    ...samplerFindings(effective),
    ...fileFindings(effective),
  ];
}

function onFindings({ config, sources, env }: Effective): Finding[] {
  const check = 'settings';
  const from = sources.disabled.name;
  if (config.exporter.length === 0) {
    return [
      {
        check,
        status: 'fail',
        found: `${from}=none: no spans are made`,
        next: `unset ${from}, or set it to jaeger`,
      },
    ];
  }
  if (config.disabled) {
    return [
      { check, status: 'fail', found: `${from}=${env[from]} turns the agent off`, next: `unset ${from}` },
    ];
  }
  const findings: Finding[] = [
    {
      check,
      status: 'ok',
      found: `${config.serviceName} → ${destinationText(config)} (service from ${sourceText(sources.serviceName)})`,
    },
  ];
  if (!config.exporter.includes('jaeger') && !config.exporter.includes('otlp')) {
    findings.push({
      check,
      status: 'fail',
      found: `${sources.exporter.name}=${config.exporter.join(',')} prints spans in the terminal: none goes to Jaeger`,
      next: `unset ${sources.exporter.name}, or add jaeger to it`,
    });
  }
  if (config.onDemand && !/^true$/i.test(env.TRACING_AGENT_ENABLE ?? '')) {
    findings.push({
      check,
      status: 'fail',
      found: 'TRACING_AGENT_ON_DEMAND=true: the agent sleeps in every command that does not ask for it',
      next: 'put TRACING_AGENT_ENABLE=true in front of the command, or unset TRACING_AGENT_ON_DEMAND',
    });
  }
  return findings;
}

/** What is not the default, with its source; and what could not be used. */
function changed(effective: Effective): Finding[] {
  const set = optionNames
    .filter((name) => !['default', 'package', 'excluded'].includes(effective.sources[name].kind))
    .map(
      (name): Finding => ({
        check: 'settings',
        status: 'ok',
        found: `${name} = ${valueText(effective, name)} (${sourceText(effective.sources[name])})`,
      }),
    );
  const wrong = problemLines(effective).map(
    (line): Finding => ({ check: 'settings', status: 'warn', ...split(line) }),
  );
  return [...set, ...wrong];
}

/** The agent's line as what was found and the next step. */
function split(line: string): { found: string; next: string } {
  const [, found = line, code = '', next = ''] = /^(.*) \((TA_\w+); (.*)\)$/s.exec(line) ?? [];
  return { found: `${found} (${code})`, next };
}

function samplerFindings({ config, sources }: Effective): Finding[] {
  const check = 'sampler';
  const { type, argument } = config.sampler;
  const from = sources.sampler.kind === 'default' ? sources.samplerArgument.name : sources.sampler.name;
  if (config.roots === 'none') {
    return [
      {
        check,
        status: 'fail',
        found: `${sources.roots.name}=none keeps no trace`,
        next: `unset ${sources.roots.name}`,
      },
    ];
  }
  if (type === 'always_off' || (argument === 0 && type !== 'remote')) {
    const parent = config.sampler.parentBased ? ' that begins here' : '';
    return [
      {
        check,
        status: 'fail',
        found: `${type}${type === 'always_off' ? '' : '(0)'} of ${from} keeps no trace${parent}`,
        next: `unset ${from}, or set TRACING_AGENT_SAMPLER=parentbased_always_on`,
      },
    ];
  }
  if (config.roots === 'incoming') {
    return [
      {
        check,
        status: 'warn',
        found: `${sources.roots.name}=incoming: only requests that come with a sampled trace are kept`,
        next: 'send one with headers: tracing-agent headers',
      },
    ];
  }
  if (type === 'ratelimiting') return [{ check, status: 'ok', found: `${argument} traces a second at most` }];
  if (type === 'remote') return [{ check, status: 'ok', found: `asks ${config.samplingEndpoint}` }];
  if (argument < 1) {
    const rare = argument <= 0.01;
    return [
      {
        check,
        status: rare ? 'warn' : 'ok',
        found: `keeps ${argument * 100} % of traces (${type})${rare ? ': a few requests will hardly show' : ''}`,
        ...(rare ? { next: 'for a test, set TRACING_AGENT_SAMPLER=parentbased_always_on' } : {}),
      },
    ];
  }
  return [{ check, status: 'ok', found: 'keeps every trace' }];
}

function fileFindings({ config, sources, directory }: Effective): Finding[] {
  const findings: Finding[] = [];
  if (config.spoolDir !== undefined) {
    const folder = resolve(directory, config.spoolDir);
    const problem = writeProblem(folder);
    findings.push(
      problem === undefined
        ? { check: 'spool', status: 'ok', found: `${folder} can be written` }
        : {
            check: 'spool',
            status: 'warn',
            found: `${folder} (${sources.spoolDir.name}) ${problem}: what the collector can't take is lost`,
            next: 'create the folder, or give its user the right to write there',
          },
    );
  }
  for (const name of ['caFile', 'certFile', 'keyFile'] as const) {
    const file = config[name];
    if (file === undefined) continue;
    try {
      accessSync(resolve(directory, file), constants.R_OK);
    } catch (error) {
      findings.push({
        check: 'certificates',
        status: 'fail',
        found: `${file} (${sources[name].name}) cannot be read: ${(error as NodeJS.ErrnoException).code}`,
        next: `correct ${sources[name].name}`,
      });
    }
  }
  return findings;
}

/** What keeps the agent from making files in a folder, which it would create. */
function writeProblem(folder: string): string | undefined {
  try {
    if (existsSync(folder)) {
      if (!statSync(folder).isDirectory()) return 'is no folder';
      accessSync(folder, constants.W_OK);
      return undefined;
    }
    let above = dirname(folder);
    while (!existsSync(above)) above = dirname(above);
    if (!statSync(above).isDirectory()) return `cannot be made: ${above} is no folder`;
    accessSync(above, constants.W_OK);
    return undefined;
  } catch (error) {
    return `cannot be written (${(error as NodeJS.ErrnoException).code})`;
  }
}
