/**
 * What the viewer took in, refused and forgot: every loss that it can know of has a number here.
 * After a span's way; shown at `/api/agents` and pushed to the page.
 */

export interface Counters {
  spansReceived: number;
  batchesReceived: number;
  bytesReceived: number;
  /** Packets or bodies that were no batch of spans; nothing of them was kept. */
  malformed: number;
  /** Bodies over the limit, as sent or unpacked. */
  tooLarge: number;
  /** Requests with a wrong content type, method, Host or Origin. */
  refusedRequests: number;
  /** Packets that the kernel dropped at our UDP sockets, which it tells on Linux. */
  kernelDropped: number;
  /** Numbers of batches that never came. */
  lostBatches: number;
  evictedTraces: number;
  evictedSpans: number;
  /** The same trace and span id again, within some ten thousand spans. */
  duplicateSpans: number;
  /** Spans that start more than a minute from now. */
  futureSpans: number;
  /** Failed writes of the file. */
  fileErrors: number;
}

export interface Refusal {
  /** Microseconds since 1970. */
  at: number;
  from: string;
  port: string;
  bytes: number;
  why: string;
}

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

  refuse(
    counter: 'malformed' | 'tooLarge' | 'refusedRequests',
    refusal: Omit<Refusal, 'at'> & { at?: number },
  ): void {
    this.counters[counter]++;
    this.refusals.unshift({ at: Date.now() * 1000, ...refusal });
    if (this.refusals.length > KEPT_REFUSALS) this.refusals.pop();
  }
}
