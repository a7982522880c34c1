/**
 * `traceHandler`: the traces of a controller for a loop of one's own, which queues and tries again by itself.
 * Beside a span's way.
 */
import type { Handler, KubernetesObjectLike, TraceHandlerOptions } from './controller-options';
import { keyOf } from './object-key';
import { Processing } from './processing';
import { readHandler, readSettings } from './read-options';

/** Keys whose failures are kept: a loop may never come back to an object, and does not say so. */
const MOST_FAILING = 10_000;

/** The handler with a trace around each of its calls. */
export interface TracedHandler<T extends KubernetesObjectLike> {
  /**
   * Resolves to what the handler returned; rejects with what it threw, for the loop to try again, and with a TypeError
   * for an object without a name.
   */
  add(object: T): Promise<unknown>;
  /** The same for an object that is gone, by its key, `namespace/name`. */
  delete(key: string): Promise<unknown>;
  /** How often the object has failed since its last success, of the 10,000 that failed last; 0 after the last failure. */
  retries(key: string): number;
}

/**
 * Wraps a handler for a loop of one's own, which queues and tries again by itself.
 * @throws TypeError for an option that is missing or out of its range
 */
export function traceHandler<T extends KubernetesObjectLike>(
  handler: Handler<T>,
  options: TraceHandlerOptions,
): TracedHandler<T> {
  const failures = new Map<string, number>();
  const count = (key: string) => failures.get(key) ?? 0;
  const processing = new Processing(readHandler(handler), readSettings(options, { handlerTimeout: 0 }), {
    failures: count,
    retry: (key) => {
      const times = count(key) + 1;
      failures.delete(key);
      failures.set(key, times);
      // The one that failed longest ago.
      if (failures.size > MOST_FAILING) failures.delete(failures.keys().next().value!);
    },
    forget: (key) => failures.delete(key),
  });
  const run = async (key: string, object: T | undefined): Promise<unknown> => {
    const { outcome } = await processing.run(key, object);
    if (outcome.failed) throw outcome.error;
    return outcome.value;
  };
  return {
    add: async (object) => {
      const key = keyOf(object);
      if (key === undefined) throw new TypeError('the object has no metadata.name');
      return run(key, object);
    },
    delete: (key) => run(String(key), undefined),
    retries: count,
  };
}
