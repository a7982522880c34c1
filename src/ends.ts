/**
 * Sends what is left on every way in which a process, or a thread of it, ends and lets code run.
 * Around a span's way: what stops it. Read with the first span: a process without any is left alone.
 */
import type { Agent } from './agent';
import { watchExit } from './exit';
import { inMainThread } from './load/loader-thread';
import { watchSignals } from './signals';

/** Returns a function that stops watching. */
export function watchEnds(agent: Agent): () => void {
  // A worker thread has no signals.
  const ends = inMainThread() ? [watchExit(agent), watchSignals(agent)] : [watchExit(agent)];
  return () => {
    for (const stop of ends) stop();
  };
}
