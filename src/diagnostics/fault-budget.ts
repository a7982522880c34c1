/**
 * How often one part of the agent may fail before it is left out: failures in a row count, old ones are forgiven.
 * Beside a span's way: `contain.ts` has one for each part, `patch/toolbox.ts` one for each instrumentation.
 */

/** Failures that spend a budget. */
export const MOST_FAULTS = 10;
/** One failure is forgiven after each such time, in milliseconds: ten in a month are none too many. */
const FORGIVEN_AFTER = 60_000;
/** And one for so many successes: a part that works for most of what it is given has met odd input. */
const SUCCESSES = 10;

export class FaultBudget {
  readonly #restsFor: number;
  #faults = 0;
  /** Since a failure was counted or forgiven for them. */
  #successes = 0;
  /** When the last failure was forgiven or counted. */
  #since = 0;
  /** 0 while the part works. */
  #restsUntil = 0;

  /** @param restsFor milliseconds after which a part is tried again; for good by default */
  constructor(restsFor = Number.POSITIVE_INFINITY) {
    this.#restsFor = restsFor;
  }

  /** Whether the part is to be left out now. */
  get spent(): boolean {
    if (this.#restsUntil === 0) return false;
    if (this.#restsUntil > monotonic()) return true;
    this.#restsUntil = 0;
    this.#faults = 0;
    return false;
  }

  /** Counts a success; where a call both fails and succeeds, its failure weighs more. */
  worked(): void {
    if (this.#faults === 0 || ++this.#successes < SUCCESSES) return;
    this.#successes = 0;
    this.#faults--;
  }

  /** Counts a failure. True for the one that spends the budget. */
  take(): boolean {
    if (this.spent) return false;
    const now = monotonic();
    const forgiven = Math.min(this.#faults, Math.floor((now - this.#since) / FORGIVEN_AFTER));
    this.#faults -= forgiven;
    this.#since = this.#faults === 0 ? now : this.#since + forgiven * FORGIVEN_AFTER;
    this.#faults++;
    if (this.#faults < MOST_FAULTS) return false;
    this.#restsUntil = now + this.#restsFor;
    return true;
  }
}

/** A failing clock forgives nothing, and must not throw where failures end. */
function monotonic(): number {
  try {
    return performance.now();
  } catch {
    return 0;
  }
}
