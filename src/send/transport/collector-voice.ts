/**
 * Says what a collector did not take, without repeating itself however many requests fail, and in however many ways.
 * Last station of a span's way.
 */
import { report } from '../../diagnostics/log';
import { safeUrl } from './http-connection';

/** At most one line in this time, and the same one once a minute; in milliseconds. */
const QUIET = 10_000;
const QUIET_SAME = 60_000;

export class CollectorVoice {
  readonly #url: string;
  readonly #saidOf = new Map<string, number>();
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(url: string) {
    this.#url = url;
  }

  failed(spans: number, error: string, now: number): void {
    const before = this.#saidOf.get(error) ?? Number.NEGATIVE_INFINITY;
    if (now - this.#saidAt < QUIET || now - before < QUIET_SAME) return;
    this.#saidAt = now;
    this.#saidOf.set(error, now);
    report('TA_COLLECTOR_FAILED', { url: safeUrl(this.#url), spans, error }, `${this.#url} ${error}`);
  }
}
