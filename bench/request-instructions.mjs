// Instructions of one request of `order`, counted by valgrind's callgrind once the code has run warm: what the clock of
// a busy machine can't tell. Compilers and collector run on the counted thread; the system's work is not in it.
// Run after a build, from anywhere, with PostgreSQL and Redis as for the bench:
//   node bench/request-instructions.mjs [--node path] [--subjects ours,stock,EDOT,dd-trace] [--warm 8000] [--requests 4000]
// Prints JSON: instructions a request by subject, bare first. A subject takes some two minutes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installPeers } from './install.mjs';
import { closedLoop, connections } from './load.mjs';
import { plainEnv, Sinks } from './processes.mjs';
import { startShop } from './shop.mjs';
import { subjectsFor } from './subjects.mjs';

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    subjects: { type: 'string', default: 'ours' },
    warm: { type: 'string', default: '8000' },
    requests: { type: 'string', default: '4000' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'request-instructions-'));
const major = Number(
  spawnSync(values.node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.split('.')[0],
);
installPeers();
const sinks = new Sinks();
const shop = await startShop();
const counted = {};
try {
  for (const subject of subjectsFor(major, values.subjects.split(','))) {
    counted[subject.name] = Math.round(await count(subject));
    process.stderr.write(`${subject.name}: ${counted[subject.name]}\n`);
  }
} finally {
  await shop.close();
  sinks.close();
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${JSON.stringify(counted)}\n`);

async function count(subject) {
  const out = join(folder, subject.name);
  const flags = [
    '--tool=callgrind',
    '--smc-check=all-non-file',
    '--instr-atstart=no',
    `--callgrind-out-file=${out}`,
  ];
  const v8 = ['--single-threaded', '--predictable-gc-schedule', '--hash-seed=1'];
  const app = fileURLToPath(new URL('apps/order.cjs', import.meta.url));
  const child = spawn('valgrind', [...flags, values.node, ...v8, ...subject.preload, app], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: {
      ...plainEnv(),
      ...subject.env(await sinks.open(subject.name)),
      OTEL_SERVICE_NAME: 'bench',
      DD_SERVICE: 'bench',
      BENCH_TASK: JSON.stringify({ ...shop.task, proof: subject.proof }),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-2_000);
  });
  const gone = once(child, 'exit');
  const [{ port }] = await once(child, 'message');
  const open = await connections(port, 32);
  await closedLoop(open, shop.exchanges, Number(values.warm));
  control(child, 'on');
  await closedLoop(open, shop.exchanges, Number(values.requests));
  // What is sent later belongs to them as well.
  if (subject.sink !== undefined) await sinks.until(subject.name, Number.POSITIVE_INFINITY, subject.quiet);
  control(child, 'off');
  for (const each of open) each.close();
  child.send('stop');
  await gone;
  return Number(/Collected : (\d+)/.exec(said)[1]) / Number(values.requests);
}

function control(child, instrumentation) {
  const { status, stderr } = spawnSync('callgrind_control', ['-i', instrumentation, String(child.pid)]);
  if (status !== 0) throw new Error(`callgrind_control: ${stderr}`);
}
