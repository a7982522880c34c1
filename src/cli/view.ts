/**
 * The command `view`, and what `run --view` takes of it: starts the local viewer, which is read only then.
 * After a span's way: between the command line and `viewer/`.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Viewer, ViewerOptions } from '../viewer/start-viewer';
import { CommandError, note, print, progress } from './terminal';

export type Port = number | false;

export interface ViewOptions {
  readonly host?: string;
  readonly port?: number;
  readonly compactPort?: Port;
  readonly binaryPort?: Port;
  readonly httpPort?: Port;
  readonly otlpPort?: Port;
  readonly samplingPort?: Port;
  /** In megabytes. */
  readonly memory?: number;
  readonly file?: string;
  readonly strategies?: string;
  readonly links?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

/** Runs until it is interrupted. */
export async function view({ port, memory, open, json, ...options }: ViewOptions): Promise<void> {
  // A large one takes some seconds.
  if (options.file !== undefined && existsSync(options.file)) progress(`reading ${options.file}`);
  const viewer = await start({
    ...options,
    ...(port === undefined ? {} : { queryPort: port }),
    ...(memory === undefined ? {} : { maxBytes: memory * 1024 * 1024 }),
  });
  const stop = (): void => {
    viewer.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const { query, ...receivers } = viewer.addresses;
  if (json) print(JSON.stringify(viewer.addresses));
  else {
    print(query!);
    for (const [name, address] of Object.entries(receivers)) {
      if (address !== null) note(`${name.padEnd(8)} ${address}`);
    }
  }
  if (open) openBrowser(query!);
}

/** For one command: its page, and a receiver of its own. */
export interface CommandView {
  readonly url: string;
  readonly agentPort: number;
  close(): Promise<void>;
}

export async function viewCommand(): Promise<CommandView> {
  const alone = {
    compactPort: 0,
    binaryPort: false,
    httpPort: false,
    otlpPort: false,
    samplingPort: false,
  } as const;
  // Jaeger itself, or another viewer, may have the usual port.
  const viewer = await start(alone).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return start({ ...alone, queryPort: 0 });
  });
  const { query, compact } = viewer.addresses;
  return {
    url: query!,
    agentPort: Number(compact!.slice(compact!.lastIndexOf(':') + 1)),
    close: () => viewer.close(),
  };
}

/** Opens an address in the person's browser, as far as there is one; never fails. */
export function openBrowser(url: string): void {
  const openers: Readonly<Record<string, readonly string[]>> = {
    darwin: ['open'],
    win32: ['cmd', '/c', 'start', ''],
  };
  const [command = '', ...before] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...before, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

async function start(options: ViewerOptions): Promise<Viewer> {
  const { startViewer } = require('../viewer/index') as typeof import('../viewer/index');
  try {
    return await startViewer(options);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    throw Object.assign(new CommandError(message), { code });
  }
}
