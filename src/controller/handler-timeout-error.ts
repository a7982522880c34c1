/** The failure of a handler that did not settle in its time. Beside a span's way. */
export class HandlerTimeoutError extends Error {
  override readonly name: string = 'HandlerTimeoutError';

  constructor(key: string, timeout: number) {
    super(`the handler of ${key} did not settle in ${timeout} ms`);
  }
}
