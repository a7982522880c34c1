/**
 * What the recorder asks of the stages around it, which the composition root joins.
 * Fourth station of a span's way.
 */
import type { Attributes, Context, SpanKind } from '@opentelemetry/api';
import type { RecordedSpan } from './recorded-span';

export interface Surroundings {
  /** Jaeger's flags that came with the request, beside `sampled`. */
  readonly flagsOf: (context: Context) => number;
  /** Whether the sampler decides like a local parent, so that it needn't be asked again. */
  readonly followsParent: boolean;
  /** Whether the sampler looks at the attributes that a span begins with; else it isn't shown those of our patches. */
  readonly readsAttributes?: boolean | undefined;
  /** Whether the sampler looks at the trace id; where it is false, it is shown none, and none needs to be written. */
  readonly readsTraceId?: boolean | undefined;
  /** New trace ids of 64 bits, for old tracers. */
  readonly shortTraceIds?: boolean | undefined;
  /** Sees each recorded span begin, with its context. */
  readonly baggage?: BaggageObserver | undefined;
  readonly late?: LateDecisions | undefined;
  /** Hears of the decision on the first span of each trace in this process. */
  readonly onDecision?: ((decision: RootDecision) => void) | undefined;
}

/** Decides again about a trace when its first span is told something that wasn't known at its start. */
export interface LateDecisions {
  /** The attributes that matter. */
  readonly watched: ReadonlySet<string>;
  /** True keeps the trace from here on, false drops what wasn't sent, undefined changes nothing. */
  reconsider(
    key: string,
    subject: {
      readonly context: Context;
      readonly traceId: string;
      readonly name: string;
      readonly kind: SpanKind;
      readonly attributes: Attributes;
    },
  ): boolean | undefined;
}

export interface BaggageObserver {
  begun(span: RecordedSpan, context: Context): void;
}

interface RootDecision {
  readonly name: string;
  /** The id; as text when somebody reads it. */
  readonly trace: { readonly text: string };
  /** Microseconds since the epoch. */
  readonly micros: number;
  readonly sampled: boolean;
  /** Whether the trace came from another process. */
  readonly continued: boolean;
  /** The sampler's tags, which say why: `sampler.type`, `sampler.param`. */
  readonly attributes: Readonly<Attributes> | undefined;
}
