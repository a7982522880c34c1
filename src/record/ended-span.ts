/**
 * What a context keeps of a span that has ended: its ids, and what spans of its trace share.
 * Fourth station of a span's way: the parent of work that goes on after it.
 */
import type { Span, SpanContext } from '@opentelemetry/api';
import type { LocalTrace } from './local-trace';
import type { SpanIdentity } from './span-identity';

export class EndedSpan implements Span {
  /** Undefined where it says nothing but the time: a leak holds as little as possible. */
  readonly trace: LocalTrace | undefined;
  readonly identity: SpanIdentity;

  constructor(identity: SpanIdentity, trace: LocalTrace) {
    this.identity = identity;
    this.trace = trace.flags === 0 && !trace.dropped && trace.late === undefined ? undefined : trace;
  }

  get jaegerFlags(): number {
    return this.trace?.flags ?? 0;
  }

  spanContext(): SpanContext {
    return this.identity.context;
  }
  isRecording(): boolean {
    return false;
  }
  setAttribute(): this {
    return this;
  }
  setAttributes(): this {
    return this;
  }
  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(): this {
    return this;
  }
  updateName(): this {
    return this;
  }
  recordException(): void {}
  end(): void {}
}
