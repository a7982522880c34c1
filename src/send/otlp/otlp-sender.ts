/**
 * Batches spans for OTLP and posts them. Sixth station of a span's way, where `otlp` is chosen; read only then.
 *
 * Unlike Jaeger's bytes, the spans themselves wait: OpenTelemetry's serializer takes a whole batch. They are bounded in
 * number and, by an estimate, in memory, and a full batch is posted in the same tick.
 */
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace-base';
import { contained, fault, rests } from '../../diagnostics/contain';
import type { Counters } from '../../diagnostics/counters';
import { report } from '../../diagnostics/log';
import { BoundedFlush } from '../bounded-flush';
import type { Sender } from '../sender';
import { OtlpClient, type OtlpFailure } from './otlp-client';
import { sizeOf } from './span-size';

export interface OtlpSenderOptions {
  readonly counters: Counters;
  /** Spans in one request at most. */
  readonly maxBatchSize: number;
  /** Spans that wait or are under way at most. */
  readonly maxQueueSize: number;
  /** Their memory at most, in bytes. */
  readonly maxQueueBytes: number;
  /** The longest a span waits for others, in milliseconds. */
  readonly scheduleDelay: number;
  /** The longest that `forceFlush` and `shutdown` take, in milliseconds. */
  readonly exportTimeout: number;
  /** Takes spans that could not be sent, for another destination; false where there is none. */
  readonly passOn?: ((spans: readonly ReadableSpan[]) => boolean) | undefined;
}

/** A span that waits, and about how much memory it holds. */
interface Waiting {
  readonly span: ReadableSpan;
  readonly size: number;
}

const SAMPLED = 1;
/** Requests under way at a time; more only queue up in the collector. */
const MOST_REQUESTS = 2;

export class OtlpSender implements Sender {
  readonly #options: OtlpSenderOptions;
  readonly #counters: Counters;
  readonly #client: OtlpClient;
  readonly #flush: BoundedFlush;
  #queue: Waiting[] = [];
  /** Of what waits and is under way. */
  #bytes = 0;
  #underWay = 0;
  #requests = 0;
  /** A flush sends what is there; else only full batches go out before their time. */
  #draining = false;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];
  #closed = false;
  /** Whether the last batch was not taken. */
  #failing = false;
  #lostAtExit = 0;

  constructor(options: OtlpSenderOptions) {
    this.#options = options;
    this.#counters = options.counters;
    this.#client = new OtlpClient(options.passOn === undefined, options.counters);
    this.#flush = new BoundedFlush({
      hold: (alive) => this.#client.hold(alive),
      flush: () => this.#drain(),
      whenIdle: (callback) => {
        if (this.#underWay === 0) callback();
        else this.#idle.push(callback);
      },
    });
  }

  /** For messages. */
  get destination(): string {
    return this.#client.url;
  }

  onStart(_span: Span, _parent: Context): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & SAMPLED) === 0) return;
    try {
      const counters = this.#counters;
      counters.ended++;
      if (this.#closed) {
        counters.droppedAtShutdown++;
        return;
      }
      if (rests('otlp')) {
        counters.droppedByFault++;
        return;
      }
      const size = sizeOf(span);
      const { maxQueueSize, maxQueueBytes } = this.#options;
      if (this.#queue.length + this.#underWay >= maxQueueSize || this.#bytes + size > maxQueueBytes) {
        counters.droppedQueueFull++;
        report('TA_QUEUE_FULL', { count: counters.droppedQueueFull });
        return;
      }
      this.#queue.push({ span, size });
      this.#bytes += size;
    } catch (error) {
      this.#counters.droppedUnencodable++;
      fault('otlp', error);
      return;
    }
    try {
      if (this.#queue.length >= this.#options.maxBatchSize) this.#next();
      else this.#schedule();
    } catch (error) {
      // It waits, for the next one to take it along.
      fault('otlp', error);
    }
  }

  forceFlush(limit = this.#options.exportTimeout): Promise<void> {
    return this.#flush.run(limit);
  }

  flushNow(limit = 0): void {
    // All at once: there is no later.
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) this.#post(batch);
    // A collector that did not answer before keeps the process from nothing now.
    this.#client.postNow(this.#failing ? 0 : limit);
    if (this.#lostAtExit > 0 && !this.#failing)
      report('TA_LOST_AT_EXIT', { url: this.destination, spans: this.#lostAtExit });
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.forceFlush();
    const left = this.#queue.length;
    this.#queue = [];
    this.#bytes = 0;
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
      this.#post(this.#take());
    }
    if (this.#queue.length > 0) this.#schedule();
  }

  #take(): Waiting[] {
    const batch = this.#queue.splice(0, this.#options.maxBatchSize);
    if (this.#queue.length === 0) this.#draining = false;
    return batch;
  }

  #post(batch: readonly Waiting[]): void {
    const spans: ReadableSpan[] = [];
    let size = 0;
    for (const each of batch) {
      spans.push(each.span);
      size += each.size;
    }
    this.#requests++;
    this.#underWay += spans.length;
    let over = false;
    const done = (failure: OtlpFailure | undefined, bytes: number): void => {
      if (over) return;
      over = true;
      this.#bytes -= size;
      this.#done(spans, failure, bytes);
    };
    try {
      this.#client.post(spans, done);
    } catch (error) {
      fault('otlp', error);
      done({ message: 'a failure inside the agent', spans: spans.length, whole: true }, 0);
    }
  }

  #done(batch: readonly ReadableSpan[], failure: OtlpFailure | undefined, bytes: number): void {
    const counters = this.#counters;
    this.#requests--;
    this.#underWay -= batch.length;
    if (failure?.late) {
      counters.droppedAtShutdown += batch.length;
      this.#lostAtExit += batch.length;
      return;
    }
    this.#failing = failure?.whole === true;
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
    for (const callback of idle) contained('flush', callback)();
  }

  #lost(batch: readonly ReadableSpan[], { message, spans, whole }: OtlpFailure): void {
    report('TA_OTLP_FAILED', { url: this.destination, spans, error: message }, this.destination);
    if (whole && this.#options.passOn?.(batch) === true) {
      // The destination that took them counts them anew.
      this.#counters.ended -= batch.length;
    } else this.#counters.droppedRejected += spans;
  }
}
