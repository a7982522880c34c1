/**
 * What a controller calls for an object, and the call itself: its failure as a value, whatever is thrown, and its timeout.
 * Beside a span's way.
 */
import type { HandlerRun } from './controller-options';
import { HandlerTimeoutError } from './handler-timeout-error';

export type Outcome =
  | { readonly failed: false; readonly value: unknown }
  | { readonly failed: true; readonly error: unknown };

/** @param timeout milliseconds until the run counts as failed, though it may go on; 0 waits for ever */
export function callHandler(
  call: (run: HandlerRun) => unknown,
  key: string,
  retries: number,
  timeout: number,
): Promise<Outcome> {
  const abort = new AbortController();
  return new Promise((resolve) => {
    const timer =
      timeout > 0
        ? setTimeout(() => {
            const error = new HandlerTimeoutError(key, timeout);
            resolve({ failed: true, error });
            abort.abort(error);
          }, timeout)
        : undefined;
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    // The constructor turns what `call` throws at once into a rejection.
    new Promise((settled) => settled(call({ key, retries, signal: abort.signal }))).then(
      (value) => settle({ failed: false, value }),
      (error: unknown) => settle({ failed: true, error }),
    );
  });
}

/** The text of whatever was thrown, for a log field. Never throws. */
export function messageOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return String(error);
    const { message } = error as { message?: unknown };
    if (typeof message === 'string' && message !== '') return message;
    return error instanceof Error ? String(error.name) : (JSON.stringify(error) ?? String(error));
  } catch {
    return 'an error that cannot be read';
  }
}
