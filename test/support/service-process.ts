/**
 * A service that runs until it is told to stop: a fixture that prints `listening <port>` and ends on SIGTERM.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { repository } from './cache';
import { serviceEnv } from './services';
import { plainEnv, preloadFlags, type TraceOptions } from './trace-app';

interface ServiceProcess {
  port: number;
  pid: number;
  /** Sends SIGTERM and waits for the end; the same answer when asked again. */
  stop(): Promise<{ stdout: string; stderr: string; code: number | null; signal: string | null }>;
}

/** Starts `fixture` (absolute path) under the agent; resolves when it listens, rejects when it ends before that. */
export async function startService(
  fixture: string,
  options: Omit<TraceOptions, 'timeout'> = {},
): Promise<ServiceProcess> {
  const { flags, env } = preloadFlags(options.preload ?? 'require');
  const child = spawn(options.node ?? process.execPath, [...flags, fixture, ...(options.args ?? [])], {
    cwd: options.cwd ?? repository,
    env: { ...plainEnv(), ...serviceEnv, ...env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  // A service that never listens, or does not end by itself, would hold the whole test run.
  let deadline = setTimeout(kill, 20_000);
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const said = /^listening (\d+)$/m.exec(stdout);
      if (said) resolve(Number(said[1]));
    });
    closed.then(
      ([code]) => reject(new Error(`${fixture} ended with ${code} before it listened\n${stderr}`)),
      reject,
    );
  });
  clearTimeout(deadline);
  return {
    port,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      deadline = setTimeout(kill, 10_000);
      const [code, signal] = await closed;
      clearTimeout(deadline);
      return { stdout, stderr, code, signal };
    },
  };
}
