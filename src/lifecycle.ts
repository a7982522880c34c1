/**
 * Keeps one agent a process, and sends what is left when the process ends.
 * Around a span's way: what starts and stops it.
 */
import { writeSync } from 'node:fs';
import { type Agent, createAgent } from './agent';
import type { Options } from './config/config';
import { contained, fault } from './diagnostics/contain';
import { report } from './diagnostics/log';
import { inLoaderThread } from './load/loader-thread';

/** Where any copy of this package, of any version, finds the agent that runs. */
const RUNNING = Symbol.for('tracing-agent.running');

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export function runningAgent(): Agent | undefined {
  return (globalThis as any)[RUNNING];
}

/**
 * Starts the agent unless one runs. Never throws.
 * @returns whether an agent runs that was started by this call
 */
export function startOnce(options: Options, origin: string): boolean {
  try {
    if (inLoaderThread()) return false;
    const running = runningAgent();
    if (running !== undefined) {
      if (running.origin !== origin) report('TA_ALREADY_STARTED', { first: running.origin, second: origin });
      return false;
    }
    const agent = createAgent(options, origin);
    if (agent === undefined) return false;
    const detach = watchProcess(agent);
    const started: Agent = {
      ...agent,
      async shutdown() {
        detach();
        delete (globalThis as any)[RUNNING];
        await agent.shutdown();
      },
    };
    Object.defineProperty(globalThis, RUNNING, { value: started, configurable: true });
    return true;
  } catch (error) {
    report('TA_START_FAILED', { error });
    return false;
  }
}

/** Flushes on every way in which a process ends that lets code run. Returns a function that stops watching. */
function watchProcess(agent: Agent): () => void {
  // Emitted each time the loop runs dry, also after what listeners of the application began meanwhile. A collector
  // that doesn't answer holds the process once, however often that is.
  let left = agent.config.flushOnExitMillis;
  const onBeforeExit = contained('exit', () => {
    if (left <= 0) return;
    const begun = performance.now();
    const flushed = agent.forceFlush(left).then(() => {
      const took = performance.now() - begun;
      left = took < left ? agent.config.flushOnExitMillis : 0;
    });
    flushed.catch((error) => fault('exit', error));
  });
  const onExit = contained('exit', (code?: number) => {
    agent.endProcess({ code });
    agent.flushNow(left);
  });
  process.on('beforeExit', onBeforeExit);
  process.on('exit', onExit);
  const signals = SIGNALS.map((signal) => watchSignal(signal, agent));
  if (agent.config.healthSignal) signals.push(watchHealthSignal(agent));
  return () => {
    process.off('beforeExit', onBeforeExit);
    process.off('exit', onExit);
    for (const stop of signals) stop();
  };
}

/**
 * A listener takes away Node's default, which is to end the process: so where nobody else listens, the signal is
 * raised again after a bounded flush, and the process ends by it as it would have.
 */
function watchSignal(signal: (typeof SIGNALS)[number], agent: Agent): () => void {
  let stopped = false;
  const onSignal = contained('signal', () => {
    // Out of the list while the others run: signal-exit and its like end the process only where they are alone.
    process.off(signal, onSignal);
    const ends = process.listenerCount(signal) === 0;
    if (ends) agent.endProcess({ signal });
    const flushed = agent.forceFlush(agent.config.flushOnExitMillis);
    if (!ends) {
      flushed.catch((error) => fault('signal', error));
      setImmediate(() => {
        if (!stopped) process.prependListener(signal, onSignal);
      });
      return;
    }
    const raise = (): void => {
      // No `exit` is emitted on this way: what a collector didn't take goes to the spool now.
      agent.flushNow();
      process.kill(process.pid, signal);
    };
    flushed.then(raise, raise);
  });
  try {
    process.on(signal, onSignal);
  } catch {
    // A worker thread has no signals.
  }
  return () => {
    stopped = true;
    process.off(signal, onSignal);
  };
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
