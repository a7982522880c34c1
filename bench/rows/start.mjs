// How long a process takes to start, over bare: an empty script to its end, and `order` until it listens.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applicationsFolder, Measured, pinned, plainEnv } from '../processes.mjs';
import { median } from '../statistics.mjs';
import { turned } from './servers.mjs';

const here = fileURLToPath(new URL('..', import.meta.url));

/** @returns for each subject the median of its differences to bare of the same round, in ms */
export async function measureEmpty({ node, subjects, runs, sinks }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const script = join(folder, 'empty.js');
  writeFileSync(script, '');
  const ports = await sinks.open('empty');
  const once = (subject, flags) =>
    run(node, [...subject.preload, ...flags, script], env(subject, ports), folder);
  try {
    for (const subject of subjects) checkStart(node, subject, ports);
    return await alternate(subjects, runs, (subject) => once(subject, []));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An application of many modules of usual size. @returns as the others, and how many modules there are */
export async function measureApplication({ node, subjects, runs, sinks }) {
  const ports = await sinks.open('application');
  const folder = applicationsFolder();
  const script = join(folder, 'modules.cjs');
  const count = `require(${JSON.stringify(script)}); Object.keys(require.cache).length`;
  const modules = Number(execFileSync(node, ['-p', count], { cwd: folder, env: plainEnv() }));
  const rows = await alternate(subjects, runs, (subject) =>
    run(node, [...subject.preload, script], env(subject, ports), folder),
  );
  return rows.map((row) => ({ ...row, modules }));
}

/** What the agent's watching costs where modules are as small, and so as many for their time, as they can be. */
export async function measureModules({ node, subjects, runs, sinks, modules }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    let main = '';
    for (let each = 0; each < modules; each++) {
      // As packages are: a folder in node_modules, which is where libraries are looked for.
      const directory = join(folder, 'node_modules', `package-${each % (modules / 4)}`);
      mkdirSync(directory, { recursive: true });
      const file = join(directory, `part-${each}.js`);
      writeFileSync(file, `exports.value = ${each};\nexports.double = () => exports.value * 2;\n`);
      main += `require(${JSON.stringify(file)});\n`;
    }
    const script = join(folder, 'main.js');
    writeFileSync(script, main);
    const ports = await sinks.open('modules');
    return await alternate(subjects, runs, (subject) =>
      run(node, [...subject.preload, script], env(subject, ports), folder),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Until `order` listens. */
export async function measureListening({ node, subjects, runs, sinks, task }) {
  return await alternate(subjects, runs, async (subject) => {
    const begun = performance.now();
    const app = await Measured.start({
      node,
      subject,
      app: 'order',
      sinks,
      sinkName: `listen ${subject.name}`,
      task,
    });
    const took = app.listeningAt - begun;
    await app.stop();
    return took;
  });
}

async function alternate(subjects, runs, measure) {
  const times = new Map(subjects.map((subject) => [subject, []]));
  for (let round = -1; round < runs; round++) {
    for (const subject of turned(subjects, round + 1)) {
      const took = await measure(subject);
      // The first fills the page cache.
      if (round >= 0) times.get(subject).push(took);
    }
  }
  const bare = times.get(subjects[0]);
  return subjects.map((subject) => ({
    subject: subject.name,
    versions: subject.versions,
    ms: median(times.get(subject)),
    over: median(times.get(subject).map((value, round) => value - bare[round])),
    rounds: times.get(subject),
  }));
}

function env(subject, ports) {
  return { ...plainEnv(), ...subject.env(ports), OTEL_SERVICE_NAME: 'bench', DD_SERVICE: 'bench' };
}

/** @param cwd not a folder whose packages an agent could look through, unless they are the application's */
async function run(node, flags, environment, cwd) {
  const [command, args] = pinned(node, flags);
  const begun = performance.now();
  const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  const took = performance.now() - begun;
  if (code !== 0) throw new Error(`${flags.join(' ')} ended with ${code}`);
  return took;
}

/** An agent that stands aside starts fast. */
function checkStart(node, subject, ports) {
  const check = `process.exitCode = (${subject.proof}) ? 0 : 9`;
  const { status, stderr } = spawnSync(node, [...subject.preload, '-e', check], {
    cwd: here,
    env: env(subject, ports),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${subject.name} does not start on ${node}: ${stderr}`);
}
