/**
 * Keeps one agent a process, and sends what is left when the process ends.
 * Around a span's way: what starts and stops it.
 */
import { writeSync } from 'node:fs';
import { type Agent, createAgent } from './agent';
import type { Options } from './config/config';
import { contained } from './diagnostics/contain';
import { report } from './diagnostics/log';
import { inLoaderThread, inMainThread } from './load/loader-thread';

/** Where any copy of this package, of any version, finds the agent that runs. */
const RUNNING = Symbol.for('tracing-agent.running');

/** The agent of this process, whichever copy of the package started it. */
export function runningAgent(): Agent | undefined {
  return (globalThis as any)[RUNNING];
}

/**
 * Starts the agent unless one runs. Never throws.
 * @param origin the folder of the copy that starts it
 * @returns whether an agent runs that was started by this call
 */
export function startOnce(options: Options, origin: string): boolean {
  try {
    if (inLoaderThread()) return false;
    const running = runningAgent();
    if (running !== undefined) {
      if (running.origin !== origin && inMainThread())
        report('TA_ALREADY_STARTED', { first: running.origin, second: origin });
      return false;
    }
    let traces = false;
    let stopped = false;
    let detach: (() => void) | undefined;
    const onTracing = (): void => {
      traces = true;
      if (agent === undefined || stopped) return;
      const { watchEnds } = require('./ends') as typeof import('./ends');
      detach ??= watchEnds(agent);
    };
    let agent: Agent | undefined;
    agent = createAgent(options, origin, onTracing);
    if (agent === undefined) return false;
    if (traces) onTracing();
    const { config, shutdown } = agent;
    const detachHealth = config.healthSignal ? watchHealthSignal(agent) : undefined;
    const started: Agent = {
      ...agent,
      async shutdown() {
        stopped = true;
        detach?.();
        detachHealth?.();
        delete (globalThis as any)[RUNNING];
        await shutdown();
      },
    };
    Object.defineProperty(globalThis, RUNNING, { value: started, configurable: true });
    return true;
  } catch (error) {
    report('TA_START_FAILED', { error });
    return false;
  }
}

/** Prints the counters when asked by a signal; nothing listens for it unless a setting says so. */
function watchHealthSignal(agent: Agent): () => void {
  const onSignal = contained('signal', () => {
    const { version, config } = agent;
    const line = { agent: 'tracing-agent', version, pid: process.pid, service: config.serviceName };
    writeSync(2, `${JSON.stringify({ ...line, ...agent.health() })}\n`);
  });
  try {
    process.on('SIGUSR2', onSignal);
  } catch {
    // A worker thread has no signals, and Windows not this one.
  }
  return () => process.off('SIGUSR2', onSignal);
}
