/**
 * Gives every span to several destinations: a list such as `jaeger,otlp`.
 * Sixth station of a span's way; used only where there are several.
 */
import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace-base';
import type { Sender } from './sender';
import { monotonic } from './transport/pacer';

export class FanOutSender implements Sender {
  readonly #senders: readonly Sender[];

  constructor(senders: readonly Sender[]) {
    this.#senders = senders;
  }

  onStart(span: Span, parent: Context): void {
    for (const sender of this.#senders) sender.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    for (const sender of this.#senders) sender.onEnd(span);
  }

  async forceFlush(limit?: number): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.forceFlush(limit)));
  }

  flushNow(limit = 0): void {
    const end = monotonic() + limit;
    for (const sender of this.#senders) sender.flushNow(Math.max(0, end - monotonic()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#senders.map((sender) => sender.shutdown()));
  }
}
