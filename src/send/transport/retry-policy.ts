/**
 * When a batch that a collector did not take is tried again: after which answers, and how much later.
 * Last station of a span's way: HTTP only, since UDP gets no answer.
 */

/** Time as the transport sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, holding no process. @returns a function that cancels */
  after(milliseconds: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The first pause is at most this long; each further one at most twice as long as the one before. In milliseconds. */
const FIRST_PAUSE = 250;
/** No pause is longer, so that a collector that is back is noticed within five seconds. */
const LONGEST_PAUSE = 4_000;
/** However long a collector asks for; spans shouldn't wait for its clock or its typing error. */
const LONGEST_RETRY_AFTER = 30_000;

/** Exponential backoff with full jitter: services that failed together don't come back together. */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  /** @param random as `Math.random` */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Attempts in a row that failed. */
  get failures(): number {
    return this.#failures;
  }

  /** One attempt failed. @returns milliseconds until the next; never less than what the collector asked for */
  next(retryAfter = 0): number {
    const ceiling = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#failures++, 10));
    return Math.round(retryAfter + this.#random() * (retryAfter > 0 ? FIRST_PAUSE : ceiling));
  }

  reset(): void {
    this.#failures = 0;
  }
}

/** Whether the same batch may be taken later: overload and failures of the server are its own, 4xx are ours. */
export function isTemporary(status: number): boolean {
  return status === 429 || status >= 500;
}

/** The header Retry-After, seconds or a date, as milliseconds from `now`; 0 where it says nothing. */
export function parseRetryAfter(value: string | undefined, now: number): number {
  if (value === undefined) return 0;
  const text = value.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return wait > 0 ? Math.min(wait, LONGEST_RETRY_AFTER) : 0;
}

/** A connection that broke as such: the collector, or what is between, had closed it while it was not in use. */
export function isBrokenConnection(code: string | undefined): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED';
}
