/**
 * Whose a file of the spool is: its name says which process wrote it, and whether that one still runs decides who may
 * send what is in it. Last station of a span's way.
 *
 *     <created, ms>-<host>-<pid>-<process start>-<random>.spool
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface SpoolOwner {
  /** Tells hosts, and containers that share a folder, apart: their process ids say nothing to each other. */
  readonly host: string;
  readonly pid: number;
  /** When the process started, in the system's own unit; 0 where the system doesn't tell. A pid comes again. */
  readonly start: number;
}

interface SpoolName extends SpoolOwner {
  readonly created: number;
}

/** Nobody: what a process leaves behind that lives on without the spool. */
export const NOBODY: SpoolOwner = { host: '00000000', pid: 0, start: 0 };

/** A file of another host counts as left behind when nothing was written to it for so long, in milliseconds. */
const FOREIGN_SILENCE = 15 * 60_000;
const NAME = /^(\d{13})-([0-9a-f]{8})-(\d{1,10})-(\d{1,20})-[0-9a-f]{8}\.spool$/;

export function thisProcess(): SpoolOwner {
  return {
    host: createHash('sha256').update(hostname()).digest('hex').slice(0, 8),
    pid: process.pid,
    start: processStart('self'),
  };
}

/** A name that no other file has; names sort by age. */
export function spoolName(created: number, { host, pid, start }: SpoolOwner): string {
  return `${String(created).padStart(13, '0')}-${host}-${pid}-${start}-${randomBytes(4).toString('hex')}.spool`;
}

export function parseSpoolName(file: string): SpoolName | undefined {
  const found = NAME.exec(file);
  if (found === null) return undefined;
  const [, created, host, pid, start] = found;
  return { created: Number(created), host: host!, pid: Number(pid), start: Number(start) };
}

/** @param silence milliseconds since the file was written to */
export function isLeftBehind(owner: SpoolOwner, self: SpoolOwner, silence: number): boolean {
  if (owner.pid === NOBODY.pid) return true;
  if (owner.host !== self.host) return silence > FOREIGN_SILENCE;
  if (owner.pid === self.pid) return owner.start !== self.start;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const start = processStart(owner.pid);
  return start !== 0 && owner.start !== 0 && start !== owner.start;
}

/** Clock ticks from the machine's boot to the start of the process, on Linux; elsewhere 0. */
function processStart(pid: number | 'self'): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the command's name, may hold blanks and brackets; the start is the 22nd.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) || 0;
  } catch {
    return 0;
  }
}
