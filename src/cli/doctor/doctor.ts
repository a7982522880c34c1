/**
 * The commands `doctor` and `status`: all checks in their order, and whether traces will arrive.
 * Beside a span's way.
 */
import { readSurroundings } from '../../config/environment';
import { queryBase } from '../query-api';
import { type SettingOptions, settingVariables } from '../run';
import { effectiveSettings } from '../settings';
import { type Colour, CommandError, note, paint, print, progress } from '../terminal';
import { runApplication } from './application';
import { agentFindings } from './check-agent';
import { applicationFindings, scriptIn } from './check-application';
import { arrivalFinding } from './check-arrival';
import { collectorFindings, otlpFindings } from './check-collector';
import { kubernetesFinding } from './check-kubernetes';
import { copyFindings, type Loading, nodeFinding, nodeOfCommand } from './check-runtime';
import { samplingFinding } from './check-sampling';
import { settingsFindings } from './check-settings';
import { exitCodeOf, type Finding, type Status, verdictOf } from './finding';
import { TestSpans } from './test-spans';
import { traceFindings } from './trace-symptoms';

export interface DoctorOptions extends SettingOptions {
  readonly query?: string;
  readonly traceId?: string;
  /** Seconds after which the application is ended. */
  readonly wait?: number;
  readonly json?: boolean;
}

const SIGNS: Record<Status, readonly [string, Colour]> = {
  ok: ['ok', 'green'],
  warn: ['warn', 'yellow'],
  fail: ['FAIL', 'red'],
  unsure: ['?', 'yellow'],
  skip: ['-', 'dim'],
};

/** @returns the exit code */
export async function doctor(command: readonly string[], options: DoctorOptions): Promise<number> {
  checkQuery(options);
  if (options.traceId !== undefined) {
    if (options.query === undefined)
      throw new CommandError("--trace-id needs --query, the address of Jaeger's page", 2);
    return report(
      await traceFindings(queryBase(options.query), traceIdOf(options.traceId)),
      options,
      'trace',
    );
  }
  return report(await findings(command, options), options, 'arrival');
}

/** One line a check, and none for those that were skipped. */
export async function status(options: DoctorOptions): Promise<number> {
  checkQuery(options);
  const found = await findings([], options);
  if (options.json) return report(found, options, 'arrival');
  const checks = new Map<string, Finding>();
  const rank: readonly Status[] = ['skip', 'ok', 'unsure', 'warn', 'fail'];
  for (const each of found) {
    const before = checks.get(each.check);
    if (before === undefined || rank.indexOf(each.status) > rank.indexOf(before.status))
      checks.set(each.check, each);
  }
  for (const each of checks.values())
    if (each.status !== 'skip') printFinding({ check: each.check, status: each.status, found: each.found });
  print(sentence(found));
  return exitCodeOf(found);
}

async function findings(command: readonly string[], options: DoctorOptions): Promise<Finding[]> {
  const { env, directory } = readSurroundings();
  const changes = settingVariables(options);
  const loading: Loading = { env: { ...env, ...changes }, directory, command };
  const effective = effectiveSettings(scriptIn(loading), changes);
  const { config } = effective;
  const found: Finding[] = [nodeFinding(process.versions.node, 'this one')];
  const applications = nodeOfCommand(command, loading.env);
  if (applications !== undefined && applications !== process.versions.node) {
    found.push(nodeFinding(applications, 'of the application'));
  }
  found.push(
    ...copyFindings(loading, config.insist),
    ...settingsFindings(effective),
    kubernetesFinding(effective),
  );
  if (!config.disabled) {
    const spans = new TestSpans();
    let taken = false;
    if (config.exporter.includes('jaeger')) {
      progress(
        config.endpoint === undefined
          ? 'sending packets to the Jaeger agent'
          : 'posting a batch to the collector',
      );
      const way =
        config.endpoint === undefined
          ? await agentFindings(effective, spans)
          : await collectorFindings(effective, spans);
      taken ||= config.endpoint !== undefined && verdictOf(way) === true;
      found.push(...way);
    }
    if (config.exporter.includes('otlp')) {
      progress('posting a batch to the OTLP collector');
      const way = await otlpFindings(effective, spans);
      taken ||= verdictOf(way) === true;
      found.push(...way);
    }
    if (config.sampler.type === 'remote') progress('asking the sampling server');
    found.push(await samplingFinding(effective));
    const sends = config.exporter.some((name) => name !== 'console');
    if (sends && verdictOf(found.filter(({ check }) => WAY.includes(check))) === true) {
      found.push(await arrivalFinding(effective, spans, { query: options.query, taken }));
    }
  }
  if (command.length > 0) {
    const wait = options.wait ?? 10;
    progress(`running ${command.join(' ')} for up to ${wait} s`);
    found.push(...applicationFindings(await runApplication(loading, wait * 1000), loading));
  }
  return found;
}

/** The checks that have to pass before it makes sense to look for the test span. */
const WAY = ['name', 'agent UDP', 'collector', 'OTLP collector'];

function report(found: readonly Finding[], { json }: DoctorOptions, about: 'arrival' | 'trace'): number {
  if (json) {
    const arrives = verdictOf(found) ?? null;
    print(
      JSON.stringify(
        { ...(about === 'arrival' ? { arrives } : { whole: arrives }), findings: found },
        null,
        2,
      ),
    );
    return exitCodeOf(found);
  }
  for (const each of found) printFinding(each);
  if (about === 'arrival') print(`\n${sentence(found)}`);
  return exitCodeOf(found);
}

function printFinding({ check, status: of, found, next }: Finding): void {
  const [sign, colour] = SIGNS[of];
  print(`${paint(sign.padEnd(5), colour)} ${check.padEnd(16)} ${found}`);
  if (next !== undefined && of !== 'ok' && of !== 'skip')
    print(`${' '.repeat(23)}${paint('→', 'cyan')} ${next}`);
}

function sentence(found: readonly Finding[]): string {
  const failed = found.filter(({ status: of }) => of === 'fail').length;
  switch (verdictOf(found)) {
    case true:
      return paint('Traces will arrive.', 'green');
    case false:
      return paint(
        `Traces will not arrive: ${failed === 1 ? 'one check' : `${failed} checks`} failed.`,
        'red',
      );
    case undefined:
      return paint(
        'Nothing is wrong as far as can be seen, but whether traces arrive can not be told.',
        'yellow',
      );
  }
}

function checkQuery({ query }: DoctorOptions): void {
  if (query === undefined) return;
  try {
    queryBase(query);
  } catch {
    throw new CommandError(`--query ${query} is not an address`, 2);
  }
}

/** Also as a link, or with the zeros left out as Jaeger does. */
function traceIdOf(text: string): string {
  const id = text
    .replace(/^.*\/trace\//, '')
    .replace(/[?#].*$/, '')
    .toLowerCase();
  if (!/^[0-9a-f]{1,32}$/.test(id)) {
    note('a trace id has up to 32 hexadecimal digits');
    throw new CommandError(`--trace-id ${text} is not a trace id`, 2);
  }
  return id;
}
