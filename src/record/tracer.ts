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
import { createSpanId, createTraceWords, textOf, wordsOf } from './ids';
import { LocalTrace } from './local-trace';
import { RecordedSpan, type SpanOrigin } from './recorded-span';
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
    const local = parent instanceof RecordedSpan || parent instanceof EndedSpan ? parent : undefined;
    const parentContext = parent?.spanContext();
    if (this.#surroundings.followsParent && parentContext !== undefined) {
      if (local !== undefined) return this.#startBelow(local, parentContext, name, options, context);
      // Below a span that wasn't sampled in this process, which left nothing but its context.
      if (parentContext.isRemote !== true && !isSampled(parentContext) && isSpanContextValid(parentContext))
        return unsampled(parentContext);
    }
    const valid =
      parentContext !== undefined && isSpanContextValid(parentContext) ? parentContext : undefined;
    return this.#startAsked(valid, local?.trace, name, options, context);
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
  #startBelow(
    parent: RecordedSpan | EndedSpan,
    parentContext: SpanContext,
    name: string,
    options: SpanOptions,
    context: Context,
  ): Span {
    const own = parent.trace ?? new LocalTrace(wordsOf(parentContext.traceId), 0);
    if (!isSampled(parentContext) || own.dropped) return unsampled(parentContext);
    const { traceId, traceState } = parentContext;
    const attributes = this.#own(options);
    return this.#begin(
      own,
      traceId,
      TraceFlags.SAMPLED,
      traceState,
      parentContext,
      name,
      attributes,
      options,
      context,
      true,
    );
  }

  /** The first span of a trace in this process, or any where children are sampled on their own. */
  #startAsked(
    parent: SpanContext | undefined,
    below: LocalTrace | undefined,
    name: string,
    options: SpanOptions,
    context: Context,
  ): Span {
    const words =
      below?.words ??
      (parent === undefined ? createTraceWords(this.#surroundings.shortTraceIds) : wordsOf(parent.traceId));
    const traceId = parent?.traceId ?? textOf(words);
    const attributes = this.#own(options);
    const links = options.links ?? NO_LINKS;
    const kind = options.kind ?? SpanKind.INTERNAL;
    const { flagsOf, onDecision, late } = this.#surroundings;
    const seen = Array.isArray(attributes) ? this.#seen(attributes, options) : attributes;
    const result = this.#decision(context, traceId, name, kind, seen, links);
    const sampled = result.decision === RECORD_AND_SAMPLED;
    const own = below ?? new LocalTrace(words, flagsOf(context));
    onDecision?.({
      name,
      traceId,
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
    traceId: string,
    traceFlags: number,
    traceState: SpanContext['traceState'],
    parent: SpanContext | undefined,
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
    // Last of all: a getter of the application's may begin a span, and a span takes the id that was made last.
    const spanContext = createSpanContext(traceId, traceFlags, traceState);
    const span = new RecordedSpan(
      this.#origin,
      own,
      spanContext,
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

function createSpanContext(
  traceId: string,
  traceFlags: number,
  traceState: SpanContext['traceState'],
): SpanContext {
  const spanId = createSpanId();
  return traceState === undefined
    ? { traceId, spanId, traceFlags }
    : { traceId, spanId, traceFlags, traceState };
}

function isSampled(context: SpanContext): boolean {
  return (context.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** What takes a span's place where none is recorded: its children are not either, nor those of the next service. */
function unsampled(parent: SpanContext): Span {
  return trace.wrapSpanContext(createSpanContext(parent.traceId, TraceFlags.NONE, parent.traceState));
}
