/**
 * The keys that wait for a worker: each at most once, and never one that a worker has. Beside a span's way.
 *
 * client-go's work queue: a key added while it is processed is queued again when its worker is done, so that no change is
 * missed and no object is processed twice at a time.
 */

/** In milliseconds, 24.8 days: Node's timers fire at once for anything longer. */
export const LONGEST_TIMER = 2 ** 31 - 1;

export class WorkQueue {
  /** Insertion order is the order of the queue. */
  readonly #ready = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, NodeJS.Timeout>();
  readonly #onReady: () => void;
  #closed = false;

  /** @param onReady called when a key can be taken */
  constructor(onReady: () => void) {
    this.#onReady = onReady;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#processing.has(key)) {
      this.#again.add(key);
      return;
    }
    if (this.#ready.has(key)) return;
    this.#ready.add(key);
    this.#onReady();
  }

  /** Adds the key after `delay` milliseconds; of several delays the one given first holds. */
  addAfter(key: string, delay: number): void {
    if (this.#closed || this.#delayed.has(key)) return;
    const timer = setTimeout(
      () => {
        this.#delayed.delete(key);
        this.add(key);
      },
      Math.min(delay, LONGEST_TIMER),
    );
    this.#delayed.set(key, timer);
  }

  /** The next key, which its taker gives back with `done`. */
  take(): string | undefined {
    for (const key of this.#ready) {
      this.#ready.delete(key);
      this.#processing.add(key);
      return key;
    }
    return undefined;
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  get empty(): boolean {
    return this.#ready.size === 0 && this.#processing.size === 0 && this.#delayed.size === 0;
  }

  /** Forgets what waits, takes nothing more, and returns all that was not done, each once. */
  close(): string[] {
    this.#closed = true;
    const left = new Set([...this.#processing, ...this.#ready, ...this.#delayed.keys()]);
    for (const timer of this.#delayed.values()) clearTimeout(timer);
    this.#ready.clear();
    this.#again.clear();
    this.#delayed.clear();
    return [...left];
  }
}
