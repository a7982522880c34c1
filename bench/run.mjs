// `npm run bench`: the agent beside bare and its peers, all interleaved in one run. Installs the peers, prints a table,
// and writes what it is made of: bench/results/<when>.json, and, of a full run, docs/benchmarks.md
// with its results and the README's table.
//   --quick          a few minutes, this Node.js only; changes nothing in docs/
//   --nodes 20,24    versions to run on: this one, and those that `npm run nodes` brought; 20,24 by default
//   --only order,memory,latency,hello,unsampled,empty,listening,span,growth,size   rows to measure
//   --subjects ours,stock                               who is measured beside bare
//   --smoke          bare and ours only, no peers needed: whether the bench works, no figures
//   --out folder     for the results
//   --resume file    go on with a run that was cut off: rows that the file holds are not measured again
//   --publish file   write into docs/ and README.md what the file holds, and measure nothing
// PostgreSQL and Redis are found as by the tests (PGHOST, REDIS_HOST …).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, repository } from '../scripts/cache.mjs';
import { page, table } from './document.mjs';
import { installPeers } from './install.mjs';
import { exchange } from './load.mjs';
import { pinning, pinSelf, Sinks } from './processes.mjs';
import { fillReadme } from './readme.mjs';
import { measureConcurrency, measureDuration } from './rows/growth.mjs';
import { measureLatency } from './rows/latency.mjs';
import { measureMemory } from './rows/memory.mjs';
import { measurePackages } from './rows/package-size.mjs';
import { measureServers, SLICES } from './rows/servers.mjs';
import { measureSpans } from './rows/spans.mjs';
import { measureApplication, measureEmpty, measureListening, measureModules } from './rows/start.mjs';
import { startShop } from './shop.mjs';
import { contextAlone, subjectsFor } from './subjects.mjs';

/** How much of each is measured. */
const sizes = {
  full: {
    rounds: 12,
    requests: 4_000,
    runs: 40,
    spans: 20_000,
    latency: { seconds: 2, rounds: 12 },
    memory: 60,
    seconds: 600,
  },
  quick: {
    rounds: 4,
    requests: 1_600,
    runs: 10,
    spans: 4_000,
    latency: { seconds: 1, rounds: 3 },
    memory: 6,
    seconds: 12,
  },
  smoke: {
    rounds: 1,
    requests: 200,
    runs: 1,
    spans: 400,
    latency: { seconds: 0.5, rounds: 1 },
    memory: 0.5,
    seconds: 1,
  },
};

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    smoke: { type: 'boolean' },
    nodes: { type: 'string' },
    only: { type: 'string' },
    subjects: { type: 'string' },
    out: { type: 'string' },
    resume: { type: 'string' },
    publish: { type: 'string' },
  },
});
const kind = given.smoke ? 'smoke' : given.quick ? 'quick' : 'full';
const size = sizes[kind];
const ownMajor = process.versions.node.split('.')[0];
const wanted = given.nodes?.split(',') ?? (kind === 'full' ? ['20', '24'] : [ownMajor]);
const wantedSubjects = given.smoke ? ['ours'] : given.subjects?.split(',');
const wants = (row) => given.only === undefined || given.only.split(',').includes(row);

if (given.publish !== undefined) {
  publish(JSON.parse(readFileSync(given.publish, 'utf8')), join(repository, 'bench/results'));
  process.exit();
}
if (!given.smoke) installPeers();
pinSelf();
const results = given.resume
  ? JSON.parse(readFileSync(given.resume, 'utf8'))
  : { machine: machine(), kind, slices: SLICES, nodes: [] };
if (results.kind !== kind)
  throw new Error(`${given.resume} is of a ${results.kind} run, not of a ${kind} one`);
const out = given.out ?? join(repository, 'bench/results');
if (given.resume) results.resumed = (results.resumed ?? 0) + 1;
mkdirSync(out, { recursive: true });
const file = `${results.machine.at.replaceAll(/[:.]/g, '-')}.json`;
for (const name of wanted) await measure(name);
if (wants('size')) results.packages = measurePackages(subjectsFor(Number(wanted.at(-1)), wantedSubjects));
save();
if (kind === 'full' && given.only === undefined && given.subjects === undefined) publish(results, out);
process.stdout.write(table(results));
process.stderr.write(`${join(out, file)}\n`);

function publish(all, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'published.json'), `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(join(repository, 'docs/benchmarks.md'), page(all));
  const readme = join(repository, 'README.md');
  writeFileSync(readme, fillReadme(readFileSync(readme, 'utf8'), all));
}

function machine() {
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: totalmem(),
    system: `${process.platform} ${release()}`,
    pinning,
  };
}

/** After each row, since a full run takes more than an hour. */
function save() {
  writeFileSync(join(out, file), `${JSON.stringify(results, null, 1)}\n`);
}

async function measure(name) {
  const node =
    name === ownMajor ? process.execPath : join(cacheFolder, 'node', name, 'node_modules/node/bin/node');
  if (!existsSync(node)) throw new Error(`no Node.js ${name} at ${node}: run "npm run nodes"`);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const subjects = subjectsFor(Number(name), wantedSubjects);
  const pair = subjects.filter((each) => each.name === 'bare' || each.name === 'ours');
  const sinks = new Sinks();
  let rows = results.nodes.find((each) => each.node === version);
  if (rows === undefined) {
    rows = { node: version };
    results.nodes.push(rows);
  }
  const step = async (row, work, into = rows) => {
    if (into[row] !== undefined) return;
    const begun = performance.now();
    into[row] = await work();
    save();
    process.stderr.write(`Node.js ${name}: ${row} (${((performance.now() - begun) / 1e3).toFixed(0)} s)\n`);
  };
  const row = async (name, work) => {
    if (wants(name)) await step(name, work);
  };
  const shop = ['order', 'memory', 'latency', 'unsampled', 'listening', 'growth'].some(wants)
    ? await startShop()
    : undefined;
  if (shop?.moved > 0) results.machine.pinning = `${pinning}, PostgreSQL and Redis as well`;
  try {
    const servers = { node, subjects, sinks, rounds: size.rounds, requests: size.requests };
    const order = { ...servers, app: 'order', exchanges: shop?.exchanges, task: shop?.task };
    await row('order', () => measureServers({ ...order, name: 'order' }));
    await row('memory', () => measureMemory({ ...order, seconds: size.memory }));
    await row('latency', () => measureLatency({ ...order, subjects: pair, ...size.latency }));
    await row('unsampled', () =>
      measureServers({
        ...order,
        name: 'unsampled',
        subjects: [
          ...subjects.filter((each) => each.unsampled !== undefined || each.name === 'bare'),
          contextAlone,
        ],
        sampled: false,
      }),
    );
    await row('hello', () =>
      measureServers({
        ...servers,
        name: 'hello',
        app: 'hello',
        exchanges: [exchange('/', 'hello')],
        // Shorter requests: nearly as long a measurement.
        requests: size.requests * 2,
      }),
    );
    await row('empty', () => measureEmpty({ node, subjects, runs: size.runs, sinks }));
    await row('listening', () =>
      measureListening({ node, subjects, runs: Math.ceil(size.runs / 2), sinks, task: shop.task }),
    );
    await row('span', () =>
      measureSpans({
        node,
        subjects,
        rounds: Math.min(3, size.rounds),
        spans: size.spans,
        aTrace: [1],
        sinks,
      }),
    );
    if (wants('growth')) {
      rows.growth ??= {};
      await step(
        'trace',
        () =>
          measureSpans({
            node,
            subjects: pair,
            rounds: Math.min(5, size.rounds),
            spans: size.spans,
            aTrace: [1, 10, 100, 1_000].filter((each) => each <= size.spans),
            sinks,
          }),
        rows.growth,
      );
      await step(
        'concurrent',
        () =>
          measureConcurrency({
            node,
            subjects: pair,
            rounds: Math.min(5, size.rounds),
            requests: size.requests * 2,
            counts: kind === 'smoke' ? [10, 100] : [10, 100, 1_000, 10_000],
            sinks,
          }),
        rows.growth,
      );
      await step(
        'duration',
        () =>
          measureDuration({
            node,
            subjects,
            exchanges: shop.exchanges,
            task: shop.task,
            // The long one once: on the last.
            seconds: name === wanted.at(-1) ? size.seconds : size.seconds / 10,
            slices: 10,
            sinks,
          }),
        rows.growth,
      );
      await step(
        'application',
        () => measureApplication({ node, subjects: pair, runs: size.runs, sinks }),
        rows.growth,
      );
      await step(
        'modules',
        () => measureModules({ node, subjects: pair, runs: size.runs, sinks, modules: 1_000 }),
        rows.growth,
      );
    }
  } finally {
    sinks.close();
    await shop?.close();
  }
}
