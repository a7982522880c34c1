/**
 * Which span it is: the trace and the span's own id, as words for the encoder, and as the API's object for who asks.
 * Fourth station of a span's way: what a span, its children, and contexts that outlive it have in common.
 *
 * Most spans' ids are never read as text: to write them costs as much as all the rest of a span's start.
 */
import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import { spanIdText, type TraceId } from './ids';

export class SpanIdentity {
  readonly trace: TraceId;
  /** The words of the span's id. */
  readonly high: number;
  readonly low: number;
  readonly #traceState: SpanContext['traceState'];
  /** W3C's flags, until there is an object that has them. */
  #flags: number;
  #context: SpanContext | undefined;

  constructor(
    trace: TraceId,
    high: number,
    low: number,
    traceFlags: number,
    traceState: SpanContext['traceState'],
  ) {
    this.trace = trace;
    this.high = high;
    this.low = low;
    this.#flags = traceFlags;
    this.#traceState = traceState;
  }

  /** The same object each time; who changes its flags, as applications do to drop a span, changes the span's. */
  get context(): SpanContext {
    let context = this.#context;
    if (context === undefined) {
      const traceId = this.trace.text;
      const spanId = spanIdText(this.high, this.low);
      const traceFlags = this.#flags;
      const traceState = this.#traceState;
      context =
        traceState === undefined
          ? { traceId, spanId, traceFlags }
          : { traceId, spanId, traceFlags, traceState };
      this.#context = context;
    }
    return context;
  }

  get traceState(): SpanContext['traceState'] {
    return this.#context === undefined ? this.#traceState : this.#context.traceState;
  }

  get sampled(): boolean {
    return (
      ((this.#context === undefined ? this.#flags : this.#context.traceFlags) & TraceFlags.SAMPLED) !== 0
    );
  }

  set sampled(sampled: boolean) {
    const flags = this.#context === undefined ? this.#flags : this.#context.traceFlags;
    this.#flags = sampled ? flags | TraceFlags.SAMPLED : flags & ~TraceFlags.SAMPLED;
    if (this.#context !== undefined) this.#context.traceFlags = this.#flags;
  }
}
