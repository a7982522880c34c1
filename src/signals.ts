/**
 * Sends what is left when a signal ends the process, whoever sends it, and lets it end by that signal as it would have.
 * Around a span's way: what stops it.
 */
import type { Agent } from './agent';
import { contained } from './diagnostics/contain';
import { listenAlone } from './lone-listener';
import { beforeKillingItself } from './own-end';

/** Those that processes are ended by from outside, and that a listener may hear. */
const HEARD = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];

/**
 * A listener takes away Node's default, which is to end the process. So there is one only while the application has
 * none: one of its own decides by itself what is to happen, and `exit.ts` sees it happen.
 * @returns a function that stops watching
 */
export function watchSignals(agent: Agent): () => void {
  // The kernel gives process 1 of a container no default: without a listener a signal does nothing to it.
  if (process.pid === 1) return () => {};
  const { flushOnExitMillis: limit, healthSignal } = agent.config;
  const names = HEARD.filter((name) => !(healthSignal && name === 'SIGUSR2'));
  if (process.platform === 'win32') names.push('SIGBREAK');
  let ended = false;
  const listeners = new Map(names.map((name) => [name, contained('signal', () => onSignal(name))]));
  const ignore = listenAlone(listeners);
  const restore = beforeKillingItself(
    contained('signal', (signal: string) => {
      const own = listeners.get(signal);
      const heard = process.listeners(signal as NodeJS.Signals).some((listener) => listener !== own);
      if (ended || (heard && signal !== 'SIGKILL')) return;
      end(signal);
      agent.flushNow(limit);
    }),
  );

  function onSignal(signal: string): void {
    if (ended) return;
    end(signal);
    const raise = (): void => {
      // No `exit` is emitted on this way: what a collector didn't take goes to the spool now.
      agent.flushNow();
      process.kill(process.pid, signal);
    };
    agent.forceFlush(limit).then(raise, raise);
  }
  /** Nothing is heard from now on: a second signal meets Node's default, as the impatient expect. */
  function end(signal: string): void {
    ended = true;
    ignore();
    agent.endProcess({ signal });
  }
  return () => {
    ended = true;
    ignore();
    restore();
  };
}
