/**
 * Listens for events of the process only while nobody else does, so that an application that counts its listeners, or
 * has as many as Node allows without a warning, finds its own alone. Around a span's way: part of how it ends.
 */
import { contained } from './diagnostics/contain';

type Listener = (...args: any[]) => void;

/** @returns a function that stops */
export function listenAlone(listeners: ReadonlyMap<string, Listener>): () => void {
  let stopped = false;
  const onNew = contained('events', (event: string, listener: Listener) => {
    const own = listeners.get(event);
    if (own !== undefined && listener !== own) process.off(event, own);
  });
  const onRemove = contained('events', (event: string, listener: Listener) => {
    const own = listeners.get(event);
    if (own === undefined || listener === own || process.listenerCount(event) > 0) return;
    // Not before the tick is over: what removes its listener may look who is left, or be about to add another.
    process.nextTick(listen, event, own);
  });
  const listen = contained('events', (event: string, own: Listener) => {
    if (!stopped && process.listenerCount(event) === 0) process.on(event, own);
  });
  // Node's own listener for new ones has to come after ours: it starts what ours, leaving, has stopped for a signal.
  process.prependListener('newListener' as any, onNew as any);
  process.on('removeListener', onRemove);
  for (const [event, own] of listeners) listen(event, own);

  return () => {
    stopped = true;
    for (const [event, own] of listeners) process.off(event, own);
    process.off('newListener', onNew);
    process.off('removeListener', onRemove);
  };
}
