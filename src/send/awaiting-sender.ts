/**
 * Stands where the sender to a Jaeger agent goes, and has it read when the first sampled span has ended.
 * Sixth station of a span's way: encoding, batch and transport are a third of the agent's code, which a process that
 * loads `http` and makes no span, as many commands do, then doesn't parse.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { fault, rests } from '../diagnostics/contain';
import { counters } from '../diagnostics/counters';
import { isSampled, type Sender } from './sender';

export class AwaitingSender implements Sender {
  readonly #create: () => Sender;
  #sender: Sender | undefined;
  /** Spans that end while it is made: reading a file may be what the application traces. */
  #meanwhile: ReadableSpan[] | undefined;
  #closed = false;

  /** @param create reads what is needed; a failure of it costs the span that asked for it, counted */
  constructor(create: () => Sender) {
    this.#create = create;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#sender !== undefined) {
      this.#sender.onEnd(span);
      return;
    }
    if (!isSampled(span)) return;
    if (this.#meanwhile !== undefined) this.#meanwhile.push(span);
    else this.#hand(span, this.#made());
  }

  /** Has the sender made before a span asks for it, at a moment when nobody waits. Never throws. */
  prepare(): void {
    this.#made();
  }

  async forceFlush(limit?: number): Promise<void> {
    await this.#sender?.forceFlush(limit);
  }

  flushNow(limit?: number): void {
    this.#sender?.flushNow(limit);
  }

  async shutdown(): Promise<void> {
    this.#closed = true;
    await this.#sender?.shutdown();
  }

  #made(): Sender | undefined {
    if (this.#sender !== undefined || this.#meanwhile !== undefined) return this.#sender;
    if (this.#closed || rests('batch')) return undefined;
    this.#meanwhile = [];
    try {
      this.#sender = this.#create();
    } catch (error) {
      fault('batch', error);
    }
    const ended = this.#meanwhile;
    this.#meanwhile = undefined;
    for (const span of ended) this.#hand(span, this.#sender);
    return this.#sender;
  }

  #hand(span: ReadableSpan, sender: Sender | undefined): void {
    if (sender !== undefined) {
      sender.onEnd(span);
      return;
    }
    counters.ended++;
    if (this.#closed) counters.droppedAtShutdown++;
    else counters.droppedByFault++;
  }
}
