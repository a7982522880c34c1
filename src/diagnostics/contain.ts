/**
 * The border guard: what fails inside the agent ends here, counted and reported, and never reaches the application.
 * Beside a span's way: around every hook, timer, socket callback and listener of ours.
 */
import { counters } from './counters';
import { FaultBudget, MOST_FAULTS } from './fault-budget';
import { report } from './log';

/** A part that fails again and again rests for this time, in milliseconds, and is tried again then. */
const REST = 60_000;
/**
 * Those that ask `rests` before they begin something. Never left out are the others: what ends the process, what steps
 * aside for listeners of the application's, what the application calls, whose arguments may be what fails, and more.
 */
const RESTING = ['batch', 'http', 'otlp', 'overload', 'record', 'sampler', 'sampling', 'udp'];
/** By part; their names are words of this code. */
const budgets = new Map<string, FaultBudget>();
/** While nothing has failed so often, no one needs to look. */
let anySpent = false;

/** Counts and reports a failure of one part of the agent. Never throws. */
export function fault(part: string, error: unknown): void {
  counters.faults++;
  let budget = budgets.get(part);
  if (budget === undefined) {
    budget = new FaultBudget(REST);
    budgets.set(part, budget);
  }
  if (!budget.take() || !RESTING.includes(part)) {
    report('TA_INTERNAL', { part, error }, part);
    return;
  }
  anySpent = true;
  report('TA_PART_RESTS', { part, error, count: MOST_FAULTS, seconds: REST / 1000 }, part);
}

/** Whether `part` has failed so often that it is left out for now. */
export function rests(part: string): boolean {
  return anySpent && RESTING.includes(part) && budgets.get(part)?.spent === true;
}

/**
 * `work` with its failures contained; its result is dropped. For timers, sockets and listeners. It runs while the part
 * rests too: what has begun has to be ended and counted. A part asks `rests` before it begins something.
 */
export function contained<A extends unknown[]>(
  part: string,
  work: (...args: A) => unknown,
): (...args: A) => void {
  return (...args) => {
    try {
      work(...args);
    } catch (error) {
      fault(part, error);
    }
  };
}

/** As `contained`, but it does nothing while the part rests. For what begins anew each time, such as an interval. */
export function containedUnlessResting(part: string, work: () => unknown): () => void {
  const guarded = contained(part, work);
  return () => {
    if (!rests(part)) guarded();
  };
}
