/**
 * The agent's span processor: what ends is in a packet at once, and leaves when the packet is full or a second old.
 * Sixth station of a span's way: the SDK calls it for every span.
 */
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace-base';
import { contained, fault, rests } from '../../diagnostics/contain';
import { timers } from '../../diagnostics/native-timers';
import { BoundedFlush } from '../bounded-flush';
import { isSampled, type Sender } from '../sender';
import type { Transport } from '../transport/transport';
import type { SpanBatcher } from './span-batcher';

interface BatchSpanProcessorOptions {
  /** The longest a span waits for others, in milliseconds. */
  readonly scheduleDelay: number;
  /** The longest that `forceFlush` and `shutdown` take, in milliseconds. */
  readonly exportTimeout: number;
}

export class BatchSpanProcessor implements Sender {
  readonly #batcher: SpanBatcher;
  readonly #transport: Transport;
  readonly #options: BatchSpanProcessorOptions;
  readonly #onTimer: () => void;
  readonly #flush: BoundedFlush;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(batcher: SpanBatcher, transport: Transport, options: BatchSpanProcessorOptions) {
    this.#batcher = batcher;
    this.#transport = transport;
    this.#options = options;
    this.#flush = new BoundedFlush({
      hold: (alive) => transport.hold(alive),
      flush: () => batcher.flush(),
      whenIdle: (callback) => batcher.whenIdle(callback),
    });
    this.#onTimer = contained('batch', () => {
      this.#timer = undefined;
      this.#batcher.flush();
    });
  }

  onStart(_span: Span, _parent: Context): void {}

  onEnd(span: ReadableSpan): void {
    if (!isSampled(span)) return;
    try {
      if (this.#closed) {
        this.#batcher.late();
        return;
      }
      if (rests('batch')) {
        this.#batcher.leaveOut();
        return;
      }
      this.#batcher.append(span);
      if (this.#timer === undefined && this.#batcher.pending > 0) {
        this.#timer = timers.setTimeout(this.#onTimer, this.#options.scheduleDelay);
        this.#timer.unref();
      }
    } catch (error) {
      fault('batch', error);
    }
  }

  /** Resolves when everything that ended has been sent or counted as lost, or the time is up. Never rejects. */
  forceFlush(limit = this.#options.exportTimeout): Promise<void> {
    return this.#flush.run(limit);
  }

  flushNow(limit?: number): void {
    this.#batcher.flush();
    this.#transport.drainNow(limit);
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    timers.clearTimeout(this.#timer);
    await this.forceFlush();
    this.#transport.close();
  }
}
