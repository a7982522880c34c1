// The instructions that a request takes outside of the kernel, bare and under the agent: what a clock can't hold steady
// on a busy machine. Counted by valgrind's callgrind, once the code is hot; a run differs from the next by 1 % (hello) or
// 5 % (order), by what the collector and the compiler do meanwhile.
//
//   node bench/request-instructions.mjs                 hello, some two minutes
//   node bench/request-instructions.mjs --app order     PostgreSQL and Redis, some eight minutes
//   … --node path                                       another Node.js
//   … --functions 40                                    where the sampled requests' instructions go, by function
//   … --subjects 'all sampled,nothing sampled'          beside bare; stock, EDOT and dd-trace as well, after `npm run bench`
//   … --misses                                          and what a core's own cache doesn't hold; a third slower
//   … --json                                            the counts alone
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { functions, totals } from './callgrind.mjs';
import { closedLoop, connections, exchange } from './load.mjs';
import { Measured, Sinks } from './processes.mjs';
import { CONNECTIONS } from './rows/servers.mjs';
import { startShop } from './shop.mjs';
import { contextAlone, peerNames, subjectsFor } from './subjects.mjs';

/** Requests until V8 has compiled what it will, and those that are counted. */
const REQUESTS = { hello: { warm: 15_000, counted: 2_000 }, order: { warm: 10_000, counted: 3_000 } };
/** From Node 22 on a compiler more stands before the last one, which comes later for it. */
const WARM_BY_STEPS = 3;
/** The caches of a core, in bytes, ways and bytes of a line: what this leaves out is in memory that guests share. */
const CACHES = ['--cache-sim=yes', '--I1=32768,8,64', '--D1=32768,8,64', '--LL=1048576,16,64'];
/** Of who sends nothing, in ms, as long as ours takes to send what the last requests bring. */
const SETTLE = 2_500;

/** @returns for each subject its instructions a request, and with `named` those of each function */
export async function countRequests({
  node = process.execPath,
  app = 'hello',
  named = false,
  misses = false,
  subjects,
}) {
  const sinks = new Sinks();
  const shop = app === 'order' ? await startShop() : undefined;
  const work = { node, app, named, misses, sinks, task: shop?.task, ...REQUESTS[app] };
  if (majorOf(node) >= 22) work.warm *= WARM_BY_STEPS;
  work.exchanges = shop?.exchanges ?? [exchange('/', 'hello')];
  try {
    const rows = [];
    for (const subject of subjects) rows.push(await countSubject(subject, work));
    return rows;
  } finally {
    await shop?.close();
    sinks.close();
  }
}

/** The major version of a Node.js. */
function majorOf(node) {
  return Number.parseInt(execFileSync(node, ['--version'], { encoding: 'utf8' }).slice(1), 10);
}

/** Peers of these names, each with its defaults. */
function peersOf(node, names) {
  const given = names.filter((name) => peerNames.includes(name));
  return subjectsFor(majorOf(node), given).filter(({ name }) => name !== 'bare');
}

/** Bare, bare with AsyncLocalStorage, ours with nothing sampled, ours. */
export function requestSubjects() {
  const [bare, ours] = subjectsFor(20, ['ours']);
  const unsampled = {
    ...ours,
    name: 'nothing sampled',
    env: (ports) => ({ ...ours.env(ports), ...ours.unsampled }),
  };
  return [bare, contextAlone, unsampled, { ...ours, name: 'all sampled' }];
}

async function countSubject(subject, { node, app, named, misses, sinks, task, exchanges, warm, counted }) {
  const folder = mkdtempSync(join(tmpdir(), 'instructions-'));
  const out = join(folder, 'out');
  const under = ['valgrind', '-q', '--tool=callgrind', '--instr-atstart=no', `--callgrind-out-file=${out}`];
  if (misses) under.push(...CACHES);
  // The compiler writes code while it runs, and would work on a thread of its own.
  const flags = ['--single-threaded', '--hash-seed=1', ...(named ? ['--perf-basic-prof'] : [])];
  const run = { ...subject, preload: [...flags, ...subject.preload] };
  const server = await Measured.start({
    node,
    app,
    sinks,
    task,
    subject: run,
    sinkName: `instructions ${subject.name}`,
    under: [...under, '--smc-check=all-non-file'],
  });
  const map = `/tmp/perf-${server.pid}.map`;
  try {
    const open = await connections(server.port, CONNECTIONS);
    await closedLoop(open, exchanges, warm);
    counting(server.pid, 'on');
    await closedLoop(open, exchanges, counted);
    await new Promise((resolve) => setTimeout(resolve, subject.quiet ?? SETTLE));
    counting(server.pid, 'off');
    for (const each of open) each.close();
    await server.stop();
    // One for each time that counting began.
    const files = readdirSync(folder).map((file) => join(folder, file));
    const counts = files.map(totals);
    const sum = (event) => counts.reduce((all, each) => all + (each[event] || 0), 0) / counted;
    const instructions = sum('Ir');
    if (!(instructions > 0)) throw new Error(`callgrind counted nothing of ${subject.name}`);
    return {
      name: subject.name,
      instructions,
      missed: misses ? { code: sum('ILmr'), data: sum('DLmr') + sum('DLmw') } : undefined,
      functions: named ? perRequest(files, map, counted) : undefined,
    };
  } finally {
    rmSync(folder, { recursive: true });
    if (named) rmSync(map, { force: true });
  }
}

function counting(pid, state) {
  execFileSync('callgrind_control', ['-i', state, String(pid)], { stdio: 'ignore' });
}

function perRequest(files, map, requests) {
  const all = new Map();
  for (const file of files)
    for (const [name, count] of functions(file, map)) all.set(name, (all.get(name) ?? 0) + count / requests);
  return all;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      app: { type: 'string' },
      node: { type: 'string' },
      functions: { type: 'string' },
      subjects: { type: 'string' },
      misses: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const names = values.subjects?.split(',');
  const subjects = requestSubjects().filter(({ name }) => name === 'bare' || (names?.includes(name) ?? true));
  if (names !== undefined) subjects.push(...peersOf(values.node ?? process.execPath, names));
  const unknown = names?.find((name) => !subjects.some((subject) => subject.name === name));
  if (unknown !== undefined) {
    const known = [...requestSubjects().map(({ name }) => name), ...peerNames];
    console.error(`request-instructions: --subjects: "${unknown}" is none of ${known.join(', ')}`);
    process.exit(1);
  }
  const rows = await countRequests({ ...values, subjects, named: values.functions !== undefined });
  if (values.json) {
    console.log(JSON.stringify(Object.fromEntries(rows.map((row) => [row.name, row.instructions]))));
    process.exit();
  }
  const [bare] = rows;
  for (const { name, instructions, missed } of rows) {
    const over = instructions - bare.instructions;
    const share = ((over / bare.instructions) * 100).toFixed(1);
    console.log(
      `${name.padEnd(16)} ${Math.round(instructions)} a request, +${Math.round(over)} (${share} %)`,
    );
    if (missed !== undefined)
      console.log(
        `${' '.repeat(17)}not in 1 MB of cache: ${Math.round(missed.code)} lines of code, ${Math.round(missed.data)} of data`,
      );
  }
  const last = rows.at(-1).functions;
  if (last !== undefined) {
    const over = [...last].map(([name, count]) => [name, count - (bare.functions.get(name) ?? 0)]);
    over.sort((a, b) => b[1] - a[1]);
    for (const [name, count] of over.slice(0, Number(values.functions)))
      console.log(String(Math.round(count)).padStart(8), name.slice(0, 110));
  }
  process.exit();
}
