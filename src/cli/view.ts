/**
 * Starts the local viewer, which is read only here: the command `view`, and `run --view`.
 * After a span's way: between the command line and `viewer/`.
 */
import { spawn } from 'node:child_process';
import { CommandError } from './terminal';

/** What the viewer's entry offers. */
export interface View {
  /** The page's address. */
  readonly url: string;
  /** The UDP port that takes Thrift compact. */
  readonly agentPort: number;
  close(): Promise<void>;
}

export interface ViewOptions {
  /** The address to listen on. */
  readonly host?: string;
  /** The page's and the query API's port. */
  readonly port?: number;
  /** Keeps traces across restarts. */
  readonly file?: string;
}

/** @throws CommandError where this build has no viewer */
export async function startView(options: ViewOptions): Promise<View> {
  const { view } = require('../viewer/index') as { view?: (options: ViewOptions) => Promise<View> };
  if (view === undefined) throw new CommandError('this build of tracing-agent has no viewer');
  return view(options);
}

/** Opens an address in the person's browser, as far as there is one; never fails. */
export function openBrowser(url: string): void {
  const [command, ...before] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[
    process.platform as string
  ] ?? ['xdg-open'];
  const child = spawn(command!, [...before, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
