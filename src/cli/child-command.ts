/**
 * Starts a command in this one's place: its input and output, its signals, its exit code.
 * Before a span's way: how `run` and `trace` start what is traced.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Environment } from '../config/parser';
import { CommandError } from './terminal';

/** What a shell can send or a supervisor does; SIGKILL and SIGSTOP can't be passed on. */
const PASSED_ON = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;
/** A terminal sends these to the command itself, too. */
const FROM_TERMINAL: readonly string[] = ['SIGINT', 'SIGQUIT', 'SIGWINCH'];

export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Resolves when the command has ended. Rejects with a shell's exit codes where it can't be started. */
export function runCommand(command: readonly string[], env: Environment): Promise<CommandEnd> {
  const [file = '', ...args] = command;
  // npm and npx are scripts of the shell on Windows.
  const child = spawn(file, args, { env, stdio: 'inherit', shell: process.platform === 'win32' });
  const stop = passSignals(child);
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      stop();
      const missing = error.code === 'ENOENT';
      const why = missing ? 'there is no such command' : (error.code ?? error.message);
      reject(new CommandError(`${file}: ${why}`, missing ? 127 : 126));
    });
    child.once('exit', (code, signal) => {
      stop();
      resolve({ code, signal });
    });
  });
}

/** Ends this process as the command ended. */
export function endAs({ code, signal }: CommandEnd): void {
  process.exitCode = code ?? 1;
  if (signal !== null) process.kill(process.pid, signal);
}

function passSignals(child: ChildProcess): () => void {
  const inTerminal = process.stdin.isTTY === true || process.stdout.isTTY === true;
  const stops = PASSED_ON.map((signal) => {
    const pass = (): void => {
      if (!inTerminal || !FROM_TERMINAL.includes(signal)) child.kill(signal);
    };
    try {
      process.on(signal, pass);
    } catch {
      // A system that doesn't know it, such as Windows, or SIGUSR1 where an inspector has it.
    }
    return () => process.off(signal, pass);
  });
  return () => {
    for (const stop of stops) stop();
  };
}
