/**
 * The spans that doctor sends to see whether they arrive.
 * Beside a span's way: made like any other, of a service of their own.
 */
import { createSpanId, createTraceId } from '../../record/ids';
import { type Envelope, type PlainSpan, packetOf } from '../plain-span';

export const DOCTOR_SERVICE = 'tracing-agent-doctor';

export class TestSpans {
  readonly traceId = createTraceId().text;
  readonly #root = createSpanId();

  root(): PlainSpan {
    return this.#span(this.#root, undefined, 'doctor');
  }

  child(name = 'second packet'): PlainSpan {
    return this.#span(createSpanId(), this.#root, name);
  }

  packet(envelope: Envelope, ...spans: PlainSpan[]): Buffer {
    return packetOf(DOCTOR_SERVICE, spans, envelope);
  }

  #span(spanId: string, parentSpanId: string | undefined, name: string): PlainSpan {
    return { traceId: this.traceId, spanId, parentSpanId, name, start: Date.now(), duration: 1 };
  }
}
