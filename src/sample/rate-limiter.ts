/**
 * A leaky bucket: lets a number of things a second through, after a pause up to a second's worth at once.
 * Fifth station of a span's way: beneath the rate-limiting sampler.
 */

/** Milliseconds from any moment on; never goes back. */
export type Clock = () => number;

export class RateLimiter {
  readonly #clock: Clock;
  #perMillisecond = 0;
  #most = 0;
  #credits = 0;
  #last: number;

  /** @param perSecond credits that come back in a second; the bucket holds that many, and at least one */
  constructor(perSecond: number, clock: Clock = () => performance.now()) {
    this.#clock = clock;
    this.#last = clock();
    this.setRate(perSecond);
    this.#credits = this.#most;
  }

  /** Changes the rate; the share of the bucket that is full stays. */
  setRate(perSecond: number): void {
    this.#refill();
    const most = Math.max(1, perSecond);
    this.#credits = this.#most === 0 ? 0 : (this.#credits / this.#most) * most;
    this.#most = most;
    this.#perMillisecond = perSecond / 1000;
  }

  /** Takes a credit if there is one. */
  take(): boolean {
    this.#refill();
    if (this.#credits < 1) return false;
    this.#credits -= 1;
    return true;
  }

  #refill(): void {
    const now = this.#clock();
    const gained = Math.max(0, now - this.#last) * this.#perMillisecond;
    this.#last = now;
    this.#credits = Math.min(this.#most, this.#credits + gained);
  }
}
