/**
 * How long a failed key waits, and how often it failed: client-go's default for controllers, the longer of two delays.
 * Beside a span's way.
 *
 * https://pkg.go.dev/k8s.io/client-go/util/workqueue#DefaultTypedControllerRateLimiter: 5 ms doubled with each failure
 * of the key, up to 1,000 s; and for all keys together 10 a second with a burst of 100.
 */

/** Milliseconds. */
const FIRST_DELAY = 5;
const LONGEST_DELAY = 1_000_000;
/** Retries of all keys together. */
const PER_SECOND = 10;
const BURST = 100;

export class RetryLimiter {
  readonly #failures = new Map<string, number>();
  readonly #now: () => number;
  #tokens = BURST;
  #filledAt: number;

  /** @param now milliseconds that never go back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#filledAt = now();
  }

  /** Failures of the key since it was forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Counts a failure and returns the milliseconds to wait. */
  failed(key: string): number {
    const before = this.failures(key);
    this.#failures.set(key, before + 1);
    return Math.max(Math.min(FIRST_DELAY * 2 ** before, LONGEST_DELAY), this.#takeToken());
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** A debt of tokens is the queue of those that wait for one. */
  #takeToken(): number {
    const now = this.#now();
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#filledAt) * PER_SECOND) / 1000);
    this.#filledAt = now;
    this.#tokens--;
    return this.#tokens >= 0 ? 0 : (-this.#tokens * 1000) / PER_SECOND;
  }
}
