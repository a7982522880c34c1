/**
 * The calls of handlers: a failure as a value, whatever is thrown, the timeout, and how they are left alone at the end.
 * Beside a span's way.
 */
import type { HandlerRun } from './controller-options';
import { HandlerTimeoutError } from './handler-timeout-error';

/** A handler's result, or its failure as a value. */
export type Outcome =
  | { readonly failed: false; readonly value: unknown }
  | { readonly failed: true; readonly error: unknown };

export class HandlerCalls {
  /** Of the calls that have not settled. */
  readonly #leave = new Set<(reason: unknown) => void>();

  /** @param timeout milliseconds until the run counts as failed, though it may go on; 0 waits for ever */
  call(call: (run: HandlerRun) => unknown, key: string, retries: number, timeout: number): Promise<Outcome> {
    const abort = new AbortController();
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = (reason: unknown): void => {
        clearTimeout(timer);
        abort.abort(reason);
      };
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer);
        this.#leave.delete(leave);
        resolve(outcome);
      };
      this.#leave.add(leave);
      if (timeout > 0) {
        timer = setTimeout(() => {
          const error = new HandlerTimeoutError(key, timeout);
          settle({ failed: true, error });
          abort.abort(error);
        }, timeout);
      }
      // The constructor turns what `call` throws at once into a rejection.
      new Promise((settled) => settled(call({ key, retries, signal: abort.signal }))).then(
        (value) => settle({ failed: false, value }),
        (error: unknown) => settle({ failed: true, error }),
      );
    });
  }

  /** Tells all that run that nobody waits for them any more; no timer of theirs holds the process from here on. */
  leave(reason: unknown): void {
    for (const leave of [...this.#leave]) leave(reason);
    this.#leave.clear();
  }
}
