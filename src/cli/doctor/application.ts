/**
 * Starts the application for doctor, with the agent and the probe in front of it, and ends it after a while.
 * Beside a span's way.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAgent, quoted, withAgent } from '../node-options';
import { type Loading, preloadsOf } from './check-runtime';
import { type ProcessRecord, readRecords, writeProbe } from './probe';

export interface ApplicationRun {
  readonly records: readonly ProcessRecord[];
  /** How it ended by itself; undefined where doctor ended it, as it does with servers. */
  readonly end: { readonly code: number | null; readonly signal: string | null } | undefined;
  /** Why it could not be started. */
  readonly error: string | undefined;
}

/** How long an application may take to end after SIGTERM, in milliseconds. */
const GRACE = 5_000;

/** @param wait milliseconds after which a server is ended */
export async function runApplication(loading: Loading, wait: number): Promise<ApplicationRun> {
  const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-doctor-'));
  try {
    const { env, command } = loading;
    // As it is where it loads the agent by itself: that is what has to be looked at.
    const options = preloadsOf(loading).some(isAgent)
      ? (env.NODE_OPTIONS ?? '')
      : withAgent(env.NODE_OPTIONS);
    const probed = `--require ${quoted(writeProbe(folder))} ${options}`.trim();
    const ended = await startAndEnd(command, { ...env, NODE_OPTIONS: probed }, wait);
    return { ...ended, records: readRecords(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function startAndEnd(
  [file = '', ...args]: readonly string[],
  env: Loading['env'],
  wait: number,
): Promise<Omit<ApplicationRun, 'records'>> {
  const posix = process.platform !== 'win32';
  return new Promise((resolve) => {
    // A group of its own, so that what npm starts ends with it. Doctor's stdout is the report.
    const child = spawn(file, args, { env, stdio: ['ignore', 2, 2], detached: posix, shell: !posix });
    let stopped = false;
    const kill = (signal: NodeJS.Signals): void => {
      try {
        if (posix) process.kill(-child.pid!, signal);
        else child.kill(signal);
      } catch {
        // It has ended meanwhile.
      }
    };
    const interrupted = (): void => {
      kill('SIGKILL');
      process.exit(130);
    };
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    let timer = setTimeout(() => {
      stopped = true;
      kill('SIGTERM');
      timer = setTimeout(() => kill('SIGKILL'), GRACE);
    }, wait);
    const done = (result: Omit<ApplicationRun, 'records'>): void => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      resolve(result);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      done({
        end: undefined,
        error: error.code === 'ENOENT' ? `there is no command ${file}` : error.message,
      });
    });
    child.once('exit', (code, signal) => {
      // What it has started, and left behind.
      if (stopped) kill('SIGKILL');
      done({ end: stopped ? undefined : { code, signal }, error: undefined });
    });
  });
}
