/**
 * Starts the built command line as a person would, in a process without this one's tracing settings.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repository } from '../support/cache';
import { plainEnv } from '../support/trace-app';

export const CLI = join(repository, 'dist/cli.js');
export const FIXTURES = join(repository, 'test/cli/fixtures');

export interface CliOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  node?: string;
  /** Another copy's. */
  cli?: string;
  /** Called with the process once it runs. */
  onStart?: (pid: number, stdout: () => string) => void;
}

export interface CliRun {
  stdout: string;
  stderr: string;
  code: number | null;
  signal: string | null;
}

/** Runs it to its end; killed after a minute. */
export async function cli(args: string[], options: CliOptions = {}): Promise<CliRun> {
  const child = spawn(options.node ?? process.execPath, [options.cli ?? CLI, ...args], {
    cwd: options.cwd ?? FIXTURES,
    env: { ...plainEnv(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    options.onStart?.(child.pid!, () => stdout);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { stdout, stderr, code, signal };
}
