/**
 * A flush that ends when all has been sent or counted as lost, or when its time is up, whichever is first.
 * Sixth station of a span's way: what `forceFlush` and `shutdown` of every sender are made of.
 *
 * Calls that overlap share one wait and one hold on the process, so that a caller who flushes again and again while
 * nothing answers piles up nothing but its own timers.
 */

import { contained, fault } from '../diagnostics/contain';
import { timers } from '../diagnostics/native-timers';

interface Flushable {
  /** Keeps the process alive while sends are under way, or stops doing so. */
  hold(alive: boolean): void;
  /** Sends what has been collected. */
  flush(): void;
  /** Calls back once nothing waits and nothing is under way; at once, where that is so. */
  whenIdle(callback: () => void): void;
}

export class BoundedFlush {
  readonly #of: Flushable;
  readonly #open = new Set<() => void>();
  #waits = false;

  constructor(of: Flushable) {
    this.#of = of;
  }

  /** Never rejects. @param limit in milliseconds */
  run(limit: number): Promise<void> {
    return new Promise((resolve) => {
      let deadline: NodeJS.Timeout | undefined;
      const done = (): void => {
        if (!this.#open.delete(done)) return;
        // Whatever fails here, the caller goes on and the process is let go of.
        resolve();
        if (this.#open.size === 0) letGo(this.#of);
        stop(deadline);
      };
      this.#open.add(done);
      try {
        // Without an end in sight the process is not held.
        deadline = timers.setTimeout(done, limit);
        if (this.#open.size === 1) this.#of.hold(true);
        this.#of.flush();
        if (this.#waits) return;
        this.#waits = true;
        this.#of.whenIdle(() => {
          this.#waits = false;
          for (const each of [...this.#open]) each();
        });
      } catch (error) {
        // It can't be waited for.
        this.#waits = false;
        fault('flush', error);
        done();
      }
    });
  }
}

const letGo = contained('flush', (of: Flushable) => of.hold(false));

function stop(deadline: NodeJS.Timeout | undefined): void {
  try {
    timers.clearTimeout(deadline);
  } catch (error) {
    fault('flush', error);
    deadline?.unref();
  }
}
