// What a fleet sends to Jaeger, and what can be seen there: a model of 10 to 100,000 services whose traces are decided
// about by the agent's own samplers (src/sample), on a clock of the model's. Made the tables of docs/scale.md.
//   node bench/fleet.mjs --services 1000 --sampler adaptive        all options: --help
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeFleet, readFleet } from './fleet/model.mjs';
import { readStrategies } from './fleet/server.mjs';
import { MINUTES, simulate, some } from './fleet/simulate.mjs';

const SAMPLERS = ['const', 'probabilistic', 'ratelimiting', 'remote', 'adaptive', 'budget'];
/** Of each sampler's parameter: what it is without one, and what it may be. */
const PARAMETERS = {
  const: [1, 0, 1, 'whether all traces are kept: 0 or 1'],
  probabilistic: [0.001, 0, 1, 'the share of traces'],
  ratelimiting: [10, 0, 1e6, 'traces a second of a process'],
  remote: [0.001, 0, 1, 'the share of operations that --strategies does not name'],
  adaptive: [1, 1e-6, 1e6, 'traces a second of an operation, over all processes'],
  budget: [1, 0.01, 100, "percent of a process's CPU time"],
};
const NUMBERS = {
  services: [1000, 10, 100_000, 'services that begin traces'],
  traces: [10_000, 0.001, 1e8, 'new traces a second of all of them'],
  operations: [8, 1, 1000, 'operations of a service, on average'],
  skew: [1, 0, 3, 'the n-th service, and operation, has 1/n^skew of the first'],
  capacity: [400, 0.001, 1e6, 'traces a second that a process serves; another is added beyond it'],
  spans: [12, 1, 10_000, 'spans of a trace, in all services'],
  'own-spans': [4, 1, 10_000, 'of these, spans of the process that begins it, for --sampler budget'],
  bytes: [430, 1, 1e6, 'bytes of a span on the wire; docs/scale.md has those measured'],
  rounds: [60, 0, 10_000, 'minutes since the start, for --sampler adaptive'],
  'lower-bound': [
    0,
    0,
    1e6,
    'traces a second that each operation of a process has at least, for --sampler remote',
  ],
  'request-micros': [1000, 1, 1e9, 'CPU time of a trace in its first service, in µs, for --sampler budget'],
  'span-micros': [5, 0.01, 1e6, 'CPU time of a span, in µs, for --sampler budget'],
  seed: [1, 0, 2 ** 32 - 1, 'another one makes another fleet'],
};
/** Operations in the table. */
const SHOWN = 10;

class Refused extends Error {}

try {
  main();
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(`fleet: ${error.message}\nAll options: node bench/fleet.mjs --help`);
  process.exitCode = 2;
}

function main() {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(help());
    return;
  }
  const fleet =
    options.fleet === undefined ? makeFleet(options) : fromFile('--fleet', options.fleet, readFleet);
  const result = simulate(fleet, options, strategies(options));
  console.log(options.json ? JSON.stringify(result, undefined, 2) : page(result));
}

function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        sampler: { type: 'string' },
        param: { type: 'string' },
        fleet: { type: 'string' },
        strategies: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, { type: 'string' }])),
      },
    }));
  } catch (error) {
    throw new Refused(error.message);
  }
  if (values.help) return undefined;
  const sampler = values.sampler ?? 'probabilistic';
  if (!SAMPLERS.includes(sampler))
    throw new Refused(
      `--sampler ${sampler}: there is ${SAMPLERS.slice(0, -1).join(', ')} and ${SAMPLERS.at(-1)}`,
    );
  if (values.strategies !== undefined && sampler !== 'remote')
    throw new Refused(`--strategies is for --sampler remote, and not for ${sampler}`);
  const numbers = Object.fromEntries(
    Object.entries(NUMBERS).map(([name, [fallback, least, most]]) => [
      name,
      number(`--${name}`, values[name], fallback, least, most),
    ]),
  );
  for (const name of ['services', 'rounds', 'seed', 'spans', 'own-spans'])
    if (!Number.isInteger(numbers[name])) throw new Refused(`--${name} ${values[name]}: not a whole number`);
  const [fallback, least, most] = PARAMETERS[sampler];
  const param = number('--param', values.param, fallback, least, most);
  if (sampler === 'const' && param !== 0 && param !== 1)
    throw new Refused(`--param ${param}: neither 0 nor 1`);
  return { ...values, ...numbers, sampler, param };
}

function number(name, text, fallback, least, most) {
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new Refused(`${name} ${text}: not a number`);
  if (value < least || value > most) throw new Refused(`${name} ${text}: not from ${least} to ${most}`);
  return value;
}

function fromFile(option, path, read) {
  try {
    return read(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Refused(`${option} ${path}: ${error.message}`);
  }
}

/** What a sampling server says to each service. */
function strategies({ param, strategies: file, 'lower-bound': lowerBound }) {
  const told =
    file === undefined
      ? () => ({ type: 'operations', defaultRate: param, lowerBound: 0, operations: [] })
      : fromFile('--strategies', file, readStrategies);
  return (service) => {
    const strategy = told(service);
    return strategy.type === 'operations' ? { ...strategy, lowerBound } : strategy;
  };
}

function page(result) {
  const { perOperation } = result;
  const shown = some(perOperation, SHOWN);
  return `${result.sampler} ${figure(result.param)}: ${count(result.services)} services, ${count(result.processes)} processes, ${count(result.operations)} operations

new traces    ${figure(result.tracesPerSecond)}/s
kept traces   ${figure(result.keptTracesPerSecond)}/s (${percent(result.keptTracesPerSecond / result.tracesPerSecond)})
spans         ${figure(result.spansPerSecond)}/s
on the wire   ${size(result.bytesPerSecond)}/s
operations of which a trace is kept, expected: ${MINUTES.map((minutes) => `${percent(result.coverage[minutes])} in ${minutes} min`).join(', ')}

${shown.length < perOperation.length ? `${shown.length} of the operations, from the busiest to the rarest:\n` : ''}
| operation | traces/s | kept/s | ${MINUTES.map((minutes) => `seen in ${minutes} min`).join(' | ')} |
| --- | --: | --: | ${MINUTES.map(() => '--:').join(' | ')} |
${shown
  .map(
    ({ service, operation, perSecond, keptPerSecond, seen }) =>
      `| ${[`${service} ${operation}`, figure(perSecond), figure(keptPerSecond), ...MINUTES.map((minutes) => percent(seen[minutes]))].join(' | ')} |`,
  )
  .join('\n')}`;
}

function help() {
  const line = (name, [fallback, , , text]) => `  --${`${name} ${fallback}`.padEnd(22)}${text}`;
  return `node bench/fleet.mjs [options]: what a fleet sends to Jaeger, and what can be seen there.

  --${'sampler probabilistic'.padEnd(22)}${SAMPLERS.join(', ')}
  --param                 ${Object.entries(PARAMETERS)
    .map(([name, [fallback, , , text]]) => `${name} ${fallback}: ${text}`)
    .join('\n                          ')}
${Object.entries(NUMBERS)
  .map(([name, row]) => line(name, row))
  .join('\n')}
  --strategies FILE       Jaeger's strategies.json, for --sampler remote
  --fleet FILE            a fleet of your own in place of --services, --traces, --operations, --skew, --capacity:
                          {"services":[{"name":"shop","processes":2,"operations":{"GET /orders/:id":12.5}}]}
  --json                  everything, with up to 10,000 of the operations`;
}

function figure(value) {
  if (value === 0) return '0';
  if (value >= 1000) return count(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

function count(value) {
  return value.toLocaleString('en-US');
}

function percent(share) {
  const value = share * 100;
  return value > 99.95 && value < 100 ? '>99.9 %' : `${Number(value.toPrecision(3))} %`;
}

function size(bytes) {
  const unit = ['B', 'kB', 'MB', 'GB'].findIndex((_, at) => bytes < 1000 ** (at + 1));
  const at = unit === -1 ? 3 : unit;
  return `${Number((bytes / 1000 ** at).toPrecision(3))} ${['B', 'kB', 'MB', 'GB'][at]}`;
}
