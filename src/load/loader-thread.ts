/**
 * Tells which kind of thread this is: the main one, or Node's own for module hooks, where preloads run as well, but no
 * code of the application.
 * Before a span's way begins.
 */

export function inLoaderThread(): boolean {
  // It has no main script; nearly every other start is told by this, without reading a module for it.
  if (process.argv[1] !== undefined) return false;
  const { isInternalThread, isMainThread, parentPort } =
    require('node:worker_threads') as typeof import('node:worker_threads') & { isInternalThread?: boolean };
  // `isInternalThread` since 22.14. A worker of the application has a port to its parent.
  return isInternalThread ?? (!isMainThread && parentPort === null);
}

/** Whether this is the thread that the process began with. */
export function inMainThread(): boolean {
  // In a worker Node puts marked functions in the place of those that would stop the process (Node 18 to 26). To ask
  // worker_threads reads some ten modules more: 8 to 10 million instructions of a start.
  return (process.abort as { disabled?: boolean }).disabled !== true;
}

/** In a worker its number; undefined in the main thread. */
export function workerId(): number | undefined {
  return inMainThread()
    ? undefined
    : (require('node:worker_threads') as typeof import('node:worker_threads')).threadId;
}
