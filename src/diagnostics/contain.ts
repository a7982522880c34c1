/**
 * The border guard: what fails inside the agent ends here, counted and reported, and never reaches the application.
 * Beside a span's way: around every hook, timer, socket callback and listener of ours.
 */
import { counters } from './counters';
import { report } from './log';

/** Counts and reports a failure of one part of the agent. Never throws. */
export function fault(part: string, error: unknown): void {
  counters.faults++;
  report('TA_INTERNAL', { part, error }, part);
}

/** `work` with its failures contained; its result is dropped. For timers, sockets and listeners. */
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
