// Writes the tables of docs/scale.md: what a span weighs is measured, the rest is computed from that.
//   node bench/scale-page.mjs              all; takes a minute or two, and needs what span-bytes.mjs does
//   node bench/scale-page.mjs --computed   leaves what was measured as it is
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { makeFleet } from './fleet/model.mjs';
import { simulate } from './fleet/simulate.mjs';
import { INPUTS, size } from './sizing.mjs';
import { measureSpanBytes } from './span-bytes.mjs';

const FILE = join(dirname(dirname(fileURLToPath(import.meta.url))), 'docs/scale.md');
/** As fleet.mjs has them without options. */
const FLEET = {
  services: 1000,
  traces: 10_000,
  operations: 8,
  skew: 1,
  capacity: 400,
  seed: 1,
  spans: 12,
  'own-spans': 4,
  rounds: 60,
  'request-micros': 1000,
  'span-micros': 5,
};
const ROWS = [
  ['const', 1],
  ['probabilistic', 0.01],
  ['probabilistic', 0.001],
  ['ratelimiting', 1],
  ['remote', 0.001, 0.0167],
  ['adaptive', 1],
  ['budget', 1],
];
const LOADS = [1_000, 10_000, 100_000, 1_000_000];

/** The tables that follow from the bytes of a span, by the names of their places in the page. */
export function computedTables(bytes) {
  return { fleet: fleetTable(bytes), sizing: sizingTable(bytes), inputs: inputsTable(bytes) };
}

function fleetTable(bytes) {
  const fleet = makeFleet(FLEET);
  const rows = ROWS.map(([sampler, param, lowerBound]) => {
    const told = () => ({ type: 'operations', defaultRate: param, lowerBound, operations: [] });
    const result = simulate(fleet, { ...FLEET, bytes, sampler, param }, told);
    const seen = [1, 10, 60].map((minutes) => percent(result.coverage[minutes]));
    const name = `\`${sampler}\` ${param}${lowerBound === undefined ? '' : `, lower bound ${lowerBound}/s`}`;
    return [name, figure(result.spansPerSecond), `${figure(result.bytesPerSecond / 1e6)} MB`, ...seen];
  });
  return table(['sampler', 'spans/s', 'bytes/s', 'seen in 1 min', '10 min', '60 min'], rows);
}

function sizingTable(bytes) {
  const rows = LOADS.map((spans) => {
    const result = size({ ...defaults(), spans, bytes });
    return [
      figure(spans),
      `${figure(result.bytesPerSecond / 1e6)} MB`,
      result.collectors,
      result.partitions,
      result.ingesters,
      `${figure(result.kafkaBytes / 1e9)} GB`,
      `${figure(result.storedBytesPerDay / 1e9)} GB`,
      `${figure(result.storedBytes / 1e9)} GB`,
    ];
  });
  const head = [
    'spans/s',
    'bytes/s',
    'collectors',
    'partitions',
    'ingesters',
    'Kafka',
    'storage/day',
    'storage',
  ];
  return table(head, rows);
}

function inputsTable(bytes) {
  const values = { ...defaults(), bytes };
  const rows = Object.entries(INPUTS).map(([name, [, text]]) => [
    `\`--${name}\``,
    String(values[name]),
    text,
  ]);
  return table(['input', 'above', 'what it is'], rows);
}

function defaults() {
  return Object.fromEntries(Object.entries(INPUTS).map(([name, [fallback]]) => [name, fallback]));
}

/** What the page says that a span weighs, in whole bytes. */
export function writtenBytes(page) {
  return Number(/\| bytes of a span \| (\d+) \|/.exec(page)?.[1]);
}

/** The table between the two comments that name it. */
export function tableOf(page, name) {
  return page.split(`<!-- ${name} -->\n`)[1]?.split(`\n<!-- /${name} -->`)[0];
}

function put(page, name, text) {
  const before = tableOf(page, name);
  if (before === undefined) throw new Error(`${FILE} has no place for the table ${name}`);
  return page.replace(`<!-- ${name} -->\n${before}\n`, () => `<!-- ${name} -->\n${text}\n`);
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = `| --- |${head
    .slice(1)
    .map(() => ' --: |')
    .join('')}`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** Never all where one is missing. */
function percent(share) {
  return share > 0.9995 && share < 1 ? '>99.9 %' : `${(share * 100).toFixed(1)} %`;
}

function figure(value) {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}

async function main() {
  let page = readFileSync(FILE, 'utf8');
  if (!process.argv.includes('--computed')) {
    const measured = await measureSpanBytes({ requests: 1000, concurrent: 20 });
    const rows = [
      ['spans of an order, in both services', measured.spansPerRequest.toFixed(0)],
      ['bytes of a span', measured.bytesPerSpan.toFixed(0)],
    ];
    page = put(page, 'measured', table(['the shop of examples/, over UDP', ''], rows));
  }
  for (const [name, text] of Object.entries(computedTables(writtenBytes(page)))) page = put(page, name, text);
  writeFileSync(FILE, page);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
