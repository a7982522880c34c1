/**
 * Keeps each trace that a `jaeger-debug-id` header asks for, with its text on the root span; else asks another sampler.
 * Fifth station of a span's way: asked for the root span of each trace.
 */
import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
import { RECORD_AND_SAMPLED } from './sampling-result';

/** The debug text that the propagator found in a request, if any. */
export type DebugIdOf = (context: Context) => string | undefined;

export class DebugIdSampler implements Sampler {
  readonly #debugIdOf: DebugIdOf;
  readonly #other: Sampler;

  constructor(debugIdOf: DebugIdOf, other: Sampler) {
    this.#debugIdOf = debugIdOf;
    this.#other = other;
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): ReturnType<Sampler['shouldSample']> {
    const debugId = this.#debugIdOf(context);
    if (debugId === undefined)
      return this.#other.shouldSample(context, traceId, name, kind, attributes, links);
    return { decision: RECORD_AND_SAMPLED, attributes: { 'jaeger-debug-id': debugId } };
  }

  toString(): string {
    return String(this.#other);
  }
}
