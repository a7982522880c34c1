/**
 * What the viewer took in, refused and forgot: every loss that it can know of has a number here.
 * After a span's way; shown at `/api/agents` and pushed to the page.
 */
import type { Counters, Refusal } from './api/answers';

/** For `/api/agents`; what was refused before is only counted. */
const KEPT_REFUSALS = 50;

export class Intake {
  readonly counters: Counters = {
    spansReceived: 0,
    batchesReceived: 0,
    bytesReceived: 0,
    malformed: 0,
    tooLarge: 0,
    refusedRequests: 0,
    kernelDropped: 0,
    lostBatches: 0,
    evictedTraces: 0,
    evictedSpans: 0,
    duplicateSpans: 0,
    futureSpans: 0,
    fileErrors: 0,
  };
  /** Newest first. */
  readonly refusals: Refusal[] = [];

  /** Counts what was not taken in, and keeps why; `at` is now unless it is given. */
  refuse(
    counter: 'malformed' | 'tooLarge' | 'refusedRequests',
    refusal: Omit<Refusal, 'at'> & { at?: number },
  ): void {
    this.counters[counter]++;
    this.refusals.unshift({ at: Date.now() * 1000, ...refusal });
    if (this.refusals.length > KEPT_REFUSALS) this.refusals.pop();
  }
}
