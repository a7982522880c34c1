/**
 * Remembers the spans that are open, so that those of a process that ends can be sent marked as unfinished: the
 * request that killed its process is the one that its owner looks for. Fourth station of a span's way.
 *
 * One slot a span, freed when it ends; no map that grows. Spans that are never ended fill the slots in time, and then
 * the newest take the place of older ones: those are no longer held here, and not sent.
 */
import { contained } from '../diagnostics/contain';
import type { RecordedSpan } from './recorded-span';

/** A power of two. Slots, of which each holds on to one span at most: some 2 MB at the very worst of usual spans. */
const SLOTS = 1024;
/** How many taken slots are passed over before one is taken over: what is open for long stays while others come and go. */
const TRIES = 8;

export class OpenSpans {
  readonly #slots = new Array<RecordedSpan | undefined>(SLOTS).fill(undefined);
  #next = 0;

  add(span: RecordedSpan): void {
    let at = this.#next;
    for (let tries = TRIES; tries > 0 && this.#slots[at] !== undefined; tries--) at = (at + 1) % SLOTS;
    this.#slots[at] = span;
    span.slot = at;
    this.#next = (at + 1) % SLOTS;
  }

  remove(span: RecordedSpan): void {
    const { slot } = span;
    if (slot >= 0 && this.#slots[slot] === span) this.#slots[slot] = undefined;
  }

  /** Ends all of them now, each with the tag `unfinished`. */
  endAll(): void {
    const end = contained('open spans', (span: RecordedSpan) => {
      span.setAttribute('unfinished', true);
      span.end();
    });
    for (const span of this.#slots) if (span !== undefined) end(span);
  }
}
