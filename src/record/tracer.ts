/**
 * Begins spans: whose child it is, whether it is sampled, what it starts with.
 * Fourth station of a span's way: called by the patches and by the application.
 */
import {
  type Attributes,
  type Context,
  context as contexts,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer as TracerInterface,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace-base';
import { fault, rests } from '../diagnostics/contain';
import { validAttributes } from './attribute-value';
import { Attributed } from './attributed';
import { now } from './clock';
import { layered } from './context-layer';
import { EndedSpan } from './ended-span';
import { createSpanId, createTraceId, draw, last, TraceId } from './ids';
import { LocalTrace } from './local-trace';
import { RecordedSpan, type SpanOrigin } from './recorded-span';
import { SpanIdentity } from './span-identity';
import type { Surroundings } from './surroundings';

interface TracerOptions {
  readonly origin: SpanOrigin;
  readonly sampler: Sampler;
  readonly surroundings: Surroundings;
  /** Attributes come from our own patches: valid, few, and a new object for each span. */
  readonly trusted?: boolean;
}

/** What our own patches say beside the API's options; see `patch/instrumentation.ts`. */
interface SharedOptions extends SpanOptions {
  readonly list?: unknown[] | undefined;
  readonly shared?: Attributes | undefined;
}

const NO_OPTIONS: SpanOptions = {};
const NO_LINKS: Link[] = [];
const NO_ATTRIBUTES: Attributes = Object.freeze({});
/** OpenTelemetry's usual limit; our patches begin no span with so many attributes. */
const USUAL_COUNT_LIMIT = 128;
/** `SamplingDecision` of the SDK. */
const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;
const NOT_SAMPLED: SamplingResult = { decision: NOT_RECORD };

export class Tracer implements TracerInterface {
  readonly #origin: SpanOrigin;
  readonly #sampler: Sampler;
  readonly #surroundings: Surroundings;
  readonly #trusted: boolean;
  /** What a span begins with needn't be looked at: no limit of the settings is lower than what our patches keep to. */
  readonly #withinLimits: boolean;

  constructor(options: TracerOptions) {
    this.#origin = options.origin;
    this.#sampler = options.sampler;
    this.#surroundings = options.surroundings;
    this.#trusted = options.trusted === true;
    this.#withinLimits = this.#trusted && areUsual(options.origin.limits);
  }

  startSpan(name: string, options: SpanOptions = NO_OPTIONS, under: Context = contexts.active()): Span {
    const part = this.#trusted ? 'record' : 'api';
    try {
      if (!rests(part)) return this.#start(name, options ?? NO_OPTIONS, under);
    } catch (error) {
      fault(part, error);
    }
    return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
  }

  #start(name: string, options: SpanOptions, under: Context): Span {
    const context = options.root ? trace.deleteSpan(under) : under;
    if (isTracingSuppressed(context)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const parent = trace.getSpan(context);
    const { followsParent } = this.#surroundings;
    if (parent instanceof RecordedSpan || parent instanceof EndedSpan) {
      if (followsParent) return this.#startBelow(parent, name, options, context);
      const { identity } = parent;
      return this.#startAsked(identity.trace, identity, parent.trace, name, options, context);
    }
    const parentContext = parent?.spanContext();
    if (parentContext === undefined || !isSpanContextValid(parentContext))
      return this.#startAsked(undefined, undefined, undefined, name, options, context);
    // Below a span that wasn't sampled in this process, which left nothing but its context.
    if (followsParent && parentContext.isRemote !== true && !isSampled(parentContext))
      return unsampled(parentContext);
    const traceId = TraceId.of(parentContext.traceId);
    return this.#startAsked(traceId, parentContext, undefined, name, options, context);
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, work: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    work: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    work: F,
  ): ReturnType<F>;
  startActiveSpan(name: string, ...rest: unknown[]): unknown {
    if (rest.length === 0) return undefined;
    const work = rest[Math.min(rest.length, 3) - 1] as (span: Span) => unknown;
    const options = rest.length > 1 ? (rest[0] as SpanOptions | undefined) : undefined;
    const given = rest.length > 2 ? (rest[1] as Context | undefined) : undefined;
    const context = given ?? contexts.active();
    const span = this.startSpan(name, options, context);
    return contexts.with(trace.setSpan(layered(context), span), work, undefined, span);
  }

  /** A child of a span of ours, sampled like it. */
  #startBelow(parent: RecordedSpan | EndedSpan, name: string, options: SpanOptions, context: Context): Span {
    const { identity } = parent;
    const own = parent.trace ?? new LocalTrace(0);
    if (!identity.sampled || own.dropped) return unsampled(identity.context);
    const { trace: traceId, traceState } = identity;
    const attributes = this.#own(options);
    return this.#begin(
      own,
      traceId,
      TraceFlags.SAMPLED,
      traceState,
      identity,
      name,
      attributes,
      options,
      context,
      true,
    );
  }

  /**
   * The first span of a trace in this process, or any where children are sampled on their own.
   * @param below what the spans of the trace share, where there are others in this process
   */
  #startAsked(
    continued: TraceId | undefined,
    parent: SpanIdentity | SpanContext | undefined,
    below: LocalTrace | undefined,
    name: string,
    options: SpanOptions,
    context: Context,
  ): Span {
    const { flagsOf, onDecision, late, readsTraceId, shortTraceIds } = this.#surroundings;
    const traceId = continued ?? createTraceId(shortTraceIds);
    const attributes = this.#own(options);
    const links = options.links ?? NO_LINKS;
    const kind = options.kind ?? SpanKind.INTERNAL;
    const seen = Array.isArray(attributes) ? this.#seen(attributes, options) : attributes;
    const shown = readsTraceId === false ? '' : traceId.text;
    const result = this.#decision(context, shown, name, kind, seen, links);
    const sampled = result.decision === RECORD_AND_SAMPLED;
    const own = below ?? new LocalTrace(flagsOf(context));
    onDecision?.({
      name,
      trace: traceId,
      micros: now(own.clockOffset),
      sampled,
      continued: parent !== undefined,
      attributes: result.attributes,
    });
    if (late !== undefined && parent === undefined) own.late = { decisions: late, context };
    return this.#begin(
      own,
      traceId,
      sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      result.traceState ?? parent?.traceState,
      parent,
      name,
      attributes,
      options,
      context,
      result.decision !== NOT_RECORD,
      result.attributes,
    );
  }

  /** A sampler that fails keeps nothing, and is not asked for a while once it has failed again and again. */
  #decision(...asked: Parameters<Sampler['shouldSample']>): SamplingResult {
    if (rests('sampler')) return NOT_SAMPLED;
    try {
      return this.#sampler.shouldSample(...asked);
    } catch (error) {
      fault('sampler', error);
      return NOT_SAMPLED;
    }
  }

  #begin(
    own: LocalTrace,
    traceId: TraceId,
    traceFlags: number,
    traceState: SpanContext['traceState'],
    parent: SpanIdentity | SpanContext | undefined,
    name: string,
    attributes: Attributes | unknown[],
    options: SpanOptions,
    context: Context,
    recording: boolean,
    decided?: Readonly<Attributes>,
  ): RecordedSpan {
    const kind = options.kind ?? SpanKind.INTERNAL;
    const { startTime, links } = options;
    const shared = this.#trusted ? (options as SharedOptions).shared : undefined;
    draw();
    const identity = new SpanIdentity(traceId, last.high, last.low, traceFlags, traceState);
    const span = new RecordedSpan(
      this.#origin,
      own,
      identity,
      parent,
      name,
      kind,
      attributes,
      shared,
      startTime,
      recording,
    );
    if (decided !== undefined) span.add(decided);
    if (!recording) return span;
    if (!this.#withinLimits) span.keepWithinLimits();
    if (links !== undefined && links !== null) span.addLinks(links);
    this.#surroundings.baggage?.begun(span, context);
    this.#origin.open?.add(span);
    this.#origin.processor.onStart(span as never, context);
    return span;
  }

  /** What becomes the span's own: an object, or keys and values in turn. */
  #own(options: SpanOptions): Attributes | unknown[] {
    const { attributes } = options;
    if (this.#trusted) return attributes ?? (options as SharedOptions).list ?? [];
    return attributes === undefined || attributes === null ? [] : validAttributes(attributes);
  }

  /** What the sampler sees of the attributes: nothing where it doesn't look. */
  #seen(list: unknown[], options: SpanOptions): Attributes {
    if (this.#surroundings.readsAttributes !== true) return NO_ATTRIBUTES;
    return new Attributed(list, (options as SharedOptions).shared).attributes;
  }
}

function areUsual({ attributeCountLimit, attributeValueLengthLimit }: SpanOrigin['limits']): boolean {
  return attributeCountLimit >= USUAL_COUNT_LIMIT && attributeValueLengthLimit === Number.POSITIVE_INFINITY;
}

function isSampled(context: SpanContext): boolean {
  return (context.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** What takes a span's place where none is recorded: its children are not either, nor those of the next service. */
function unsampled({ traceId, traceState }: SpanContext): Span {
  const context = { traceId, spanId: createSpanId(), traceFlags: TraceFlags.NONE };
  return trace.wrapSpanContext(traceState === undefined ? context : { ...context, traceState });
}
