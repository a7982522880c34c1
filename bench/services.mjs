// PostgreSQL and Redis beside the measured processes: moved off their core for as long as a run takes, or they would take
// turns with them there, every second request, and leave their own code and data in its caches.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { loadCores } from './processes.mjs';

/**
 * @param roots process ids that the services tell of themselves, and the name of each; elsewhere, or in a container,
 *   these are other processes, or none
 * @returns how many processes were moved, and what puts them back, as the end of this process does
 */
export function moveServices(roots) {
  const moved = [];
  const back = () => {
    for (const { pid, cores } of moved.splice(0)) setCores(pid, cores);
    process.off('exit', back).off('SIGINT', end).off('SIGTERM', end);
  };
  if (loadCores === undefined) return { moved: 0, back };
  process.on('exit', back).on('SIGINT', end).on('SIGTERM', end);
  for (const { pid, name } of roots) {
    if (commandOf(pid) !== name) continue;
    // What they start from now on has their cores.
    for (const each of [pid, ...childrenOf(pid)]) {
      const cores = /^Cpus_allowed_list:\s*(\S+)/m.exec(readProcess(each, 'status'))?.[1];
      if (cores !== undefined && setCores(each, loadCores)) moved.push({ pid: each, cores });
    }
  }
  return { moved: moved.length, back };
}

function end() {
  process.exit(1);
}

function setCores(pid, cores) {
  return spawnSync('taskset', ['-acp', cores, String(pid)], { stdio: 'ignore' }).status === 0;
}

const commandOf = (pid) => readProcess(pid, 'comm').trim();

/** The process that started `pid`; undefined where there is none to be seen. */
export function parentOf(pid) {
  const found = /^PPid:\s*(\d+)/m.exec(readProcess(pid, 'status'));
  return found === null ? undefined : Number(found[1]);
}

function childrenOf(pid) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((each) => parentOf(each) === pid);
}

function readProcess(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
