/**
 * Batches spans for OTLP and posts them. Sixth station of a span's way, where `otlp` is chosen; read only then.
 *
 * Unlike Jaeger's bytes, the spans themselves wait: OpenTelemetry's serializer takes a whole batch. They are bounded in
 * number by `maxQueueSize`, and a full batch is posted in the same tick.
 */
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace-base';
import { contained, fault } from '../../diagnostics/contain';
import type { Counters } from '../../diagnostics/counters';
import { report } from '../../diagnostics/log';
import type { Sender } from '../sender';
import { OtlpClient, type OtlpFailure } from './otlp-client';

export interface OtlpSenderOptions {
  readonly counters: Counters;
  /** Spans in one request at most. */
  readonly maxBatchSize: number;
  /** Spans that wait or are under way at most. */
  readonly maxQueueSize: number;
  /** The longest a span waits for others, in milliseconds. */
  readonly scheduleDelay: number;
  /** The longest that `forceFlush` and `shutdown` take, in milliseconds. */
  readonly exportTimeout: number;
  /** Takes spans that could not be sent, for another destination; false where there is none. */
  readonly passOn?: ((spans: readonly ReadableSpan[]) => boolean) | undefined;
}

const SAMPLED = 1;
/** Requests under way at a time; more only queue up in the collector. */
const MOST_REQUESTS = 2;

export class OtlpSender implements Sender {
  readonly #options: OtlpSenderOptions;
  readonly #counters: Counters;
  readonly #client: OtlpClient;
  #queue: ReadableSpan[] = [];
  #underWay = 0;
  #requests = 0;
  /** A flush sends what is there; else only full batches go out before their time. */
  #draining = false;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];
  #closed = false;

  constructor(options: OtlpSenderOptions) {
    this.#options = options;
    this.#counters = options.counters;
    this.#client = new OtlpClient(options.passOn === undefined);
  }

  /** For messages. */
  get destination(): string {
    return this.#client.url;
  }

  onStart(_span: Span, _parent: Context): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#closed || (span.spanContext().traceFlags & SAMPLED) === 0) return;
    try {
      const counters = this.#counters;
      counters.ended++;
      if (this.#queue.length + this.#underWay >= this.#options.maxQueueSize) {
        counters.droppedQueueFull++;
        report('TA_QUEUE_FULL', { count: counters.droppedQueueFull });
        return;
      }
      this.#queue.push(span);
      if (this.#queue.length >= this.#options.maxBatchSize) this.#next();
      else this.#schedule();
    } catch (error) {
      fault('otlp', error);
    }
  }

  forceFlush(limit = this.#options.exportTimeout): Promise<void> {
    return new Promise((resolve) => {
      this.#client.hold(true);
      const done = (): void => {
        clearTimeout(deadline);
        this.#client.hold(false);
        resolve();
      };
      const deadline = setTimeout(done, limit);
      this.#drain();
      if (this.#underWay === 0) done();
      else this.#idle.push(done);
    });
  }

  /** A request can't be waited for: what was not posted before is lost with the process. */
  flushNow(): void {
    this.#drain();
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.forceFlush();
    const left = this.#queue.length;
    this.#queue = [];
    this.#counters.droppedAtShutdown += left;
    this.#client.close();
  }

  /** Asks the collector with a request without spans. */
  probe(done: (answers: boolean) => void): void {
    this.#client.post([], (failure) => done(failure === undefined));
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      contained('otlp', () => {
        this.#timer = undefined;
        this.#drain();
      }),
      this.#options.scheduleDelay,
    );
    this.#timer.unref();
  }

  #drain(): void {
    this.#draining = this.#queue.length > 0;
    this.#next();
  }

  #next(): void {
    const { maxBatchSize } = this.#options;
    while (this.#requests < MOST_REQUESTS && this.#queue.length > 0) {
      if (!this.#draining && this.#queue.length < maxBatchSize) break;
      const batch = this.#queue.splice(0, maxBatchSize);
      if (this.#queue.length === 0) this.#draining = false;
      this.#requests++;
      this.#underWay += batch.length;
      this.#client.post(batch, (failure, bytes) => this.#done(batch, failure, bytes));
    }
    if (this.#queue.length > 0) this.#schedule();
  }

  #done(batch: readonly ReadableSpan[], failure: OtlpFailure | undefined, bytes: number): void {
    const counters = this.#counters;
    this.#requests--;
    this.#underWay -= batch.length;
    if (failure === undefined || !failure.whole) {
      counters.sent += batch.length - (failure?.spans ?? 0);
      counters.packets++;
      counters.bytes += bytes;
    }
    if (failure !== undefined) this.#lost(batch, failure);
    this.#next();
    if (this.#underWay > 0 || this.#queue.length > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const callback of idle) callback();
  }

  #lost(batch: readonly ReadableSpan[], { message, spans, whole }: OtlpFailure): void {
    report('TA_OTLP_FAILED', { url: this.destination, spans, error: message }, this.destination);
    if (whole && this.#options.passOn?.(batch) === true) {
      // The destination that took them counts them anew.
      this.#counters.ended -= batch.length;
    } else this.#counters.droppedRejected += spans;
  }
}
