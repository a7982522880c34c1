/**
 * Sends what is left when the process, or a worker thread, ends by itself, by `process.exit` or by an exception.
 * Around a span's way: what stops it.
 */
import type { Agent } from './agent';
import { contained, fault } from './diagnostics/contain';
import { listenAlone } from './lone-listener';
import { beforeExiting } from './own-end';

/** Returns a function that stops watching. */
export function watchExit(agent: Agent): () => void {
  // `beforeExit` is emitted each time the loop runs dry. What we send makes it run again: where the application
  // listens too, it would hear of it twice, so there everything is left to `exit`. A collector that doesn't answer
  // holds the process once.
  let left = agent.config.flushOnExitMillis;
  const onBeforeExit = contained('exit', () => {
    if (left <= 0) return;
    // Seconds; `performance` would be read first.
    const begun = process.uptime();
    const flushed = agent.forceFlush(left).then(() => {
      const took = 1_000 * (process.uptime() - begun);
      left = took < left ? agent.config.flushOnExitMillis : 0;
    });
    flushed.catch((error) => fault('exit', error));
  });
  const onExit = contained('exit', (code?: number) => {
    agent.endProcess({ code });
    agent.flushNow(left);
  });
  const ignoreBeforeExit = listenAlone(new Map([['beforeExit', onBeforeExit]]));
  const ignoreExit = listenLast('exit', onExit);
  // A listener of `exit` that calls `process.exit` keeps those after it from being called.
  const restore = beforeExiting(onExit);
  return () => {
    restore();
    ignoreBeforeExit();
    ignoreExit();
  };
}

/**
 * Listens behind all others, whose spans may end in them, and without being one too many where Node warns of a leak.
 * It stands at the end from the next tick on.
 */
function listenLast(event: string, own: (...args: any[]) => void): () => void {
  let moving = false;
  let stopped = false;
  const move = contained('exit', () => {
    if (!stopped) process.off(event, own);
    moving = false;
    if (stopped) return;
    // Node's warning is for those who add: it is said to have been given while ours is added.
    const list = (process as any)._events?.[event];
    const silent = typeof list === 'object' && list.warned !== true && isFull(event);
    if (silent) list.warned = true;
    process.on(event, own);
    if (silent) list.warned = false;
  });
  const later = (): void => {
    if (moving) return;
    moving = true;
    process.nextTick(move);
  };
  const onNew = contained('exit', (name: string, listener: unknown) => {
    if (name !== event || listener === own || stopped) return;
    // With this one Node's limit would be passed for ours.
    if (isFull(event)) process.off(event, own);
    later();
  });
  // All listeners were taken away, ours among them.
  const onRemove = contained('exit', (name: string, listener: unknown) => {
    if (name === event && listener === own && !moving && !stopped) later();
  });
  process.on('newListener', onNew);
  process.on('removeListener', onRemove);
  later();
  process.on(event, own);
  return () => {
    stopped = true;
    process.off('newListener', onNew);
    process.off('removeListener', onRemove);
    process.off(event, own);
  };
}

/** Whether one more listener makes Node warn of a leak. */
function isFull(event: string): boolean {
  const most = process.getMaxListeners();
  return most > 0 && process.listenerCount(event) >= most;
}
