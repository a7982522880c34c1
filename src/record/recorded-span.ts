/**
 * A span: what happened, when, under which name, with the API's and the SDK's interfaces.
 * Fourth station of a span's way: begun by `tracer.ts`, handed to `sample` and `send` when it ends.
 *
 * In place of the SDK's `SpanImpl`, which costs more than encoding does: it copies attributes three times, measures
 * time in four arrays a span, and starts spans at whole milliseconds, so that siblings have no order.
 * Long, because it is one class with all methods of both interfaces.
 */
import {
  type Attributes,
  type AttributeValue,
  diag,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanLimits, SpanProcessor, TimedEvent } from '@opentelemetry/sdk-trace-base';
import { fault } from '../diagnostics/contain';
import { cut, isAttributeValue, limited, validAttributes } from './attribute-value';
import { Attributed } from './attributed';
import { isHrTime, now, toHrTime, toMicroseconds } from './clock';
import type { ContextLayer } from './context-layer';
import { EndedSpan } from './ended-span';
import { wordOf } from './ids';
import type { LocalTrace } from './local-trace';
import type { OpenSpans } from './open-spans';
import type { Redaction } from './redaction';
import { SpanIdentity } from './span-identity';

/** What all spans of one tracer share. */
export interface SpanOrigin {
  readonly resource: Resource;
  readonly instrumentationScope: ReadableSpan['instrumentationScope'];
  readonly limits: Required<SpanLimits>;
  readonly processor: SpanProcessor;
  /** Hides values as the span ends, where the settings name keys. */
  readonly redaction?: Redaction | undefined;
  /** Where the settings ask for spans that are open when the process ends. */
  readonly open?: OpenSpans | undefined;
}

/** Jaeger's debug flag: keep this trace whatever samplers say, in the next services too. */
const DEBUG = 2;
const UNSET: SpanStatus = Object.freeze({ code: SpanStatusCode.UNSET });
/** Contexts that let go of one span; a span that lasts may be in ever new ones. */
const MOST_HOLDERS = 32;
const NO_LINKS: Link[] = Object.freeze([]) as unknown as Link[];
const NO_EVENTS: TimedEvent[] = Object.freeze([]) as unknown as TimedEvent[];

export class RecordedSpan extends Attributed implements Span, ReadableSpan {
  name: string;
  readonly kind: SpanKind;
  readonly trace: LocalTrace;
  /** Microseconds since the epoch, whose fractions are exact to a quarter. */
  readonly startMicros: number;
  endMicros = 0;
  status: SpanStatus = UNSET;
  links: Link[] = NO_LINKS;
  events: TimedEvent[] = NO_EVENTS;
  ended = false;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  /** What the encoder reads of its ids. */
  readonly identity: SpanIdentity;
  /** The words of its parent's id; zeros where it has none. */
  readonly parentHigh: number = 0;
  readonly parentLow: number = 0;
  /** Its place among the open spans; -1 for none. */
  slot = -1;
  /** False while a trace's first span is not sampled: what it is told is forgotten, but for `sampling.priority`. */
  #recording: boolean;
  /** Not the parent itself: whatever begins another, and that the next, would hold them all. */
  #parent: SpanIdentity | SpanContext | undefined;
  readonly #origin: SpanOrigin;
  /** Times that came as such are given back as they came. */
  #givenStart: HrTime | undefined;
  #givenEnd: HrTime | undefined;
  /** Contexts that hold it until it ends; an array where there is more than one. */
  #holders: ContextLayer | ContextLayer[] | undefined;
  /** The application has named the start: the monotonic clock knows nothing of its end. */
  readonly #wallTime: boolean;

  /**
   * @param own attributes that become the span's own, valid: an object, or keys and values in turn
   * @param shared valid, never changed, and without keys of `own`
   */
  constructor(
    origin: SpanOrigin,
    trace: LocalTrace,
    identity: SpanIdentity,
    parent: SpanIdentity | SpanContext | undefined,
    name: string,
    kind: SpanKind,
    own: Attributes | unknown[],
    shared: Attributes | undefined,
    startTime: TimeInput | undefined,
    recording: boolean,
  ) {
    super(own, shared);
    this.name = textOf(name);
    this.kind = kind;
    this.trace = trace;
    this.identity = identity;
    this.#parent = parent;
    this.#origin = origin;
    this.#recording = recording;
    this.#wallTime = startTime !== undefined && startTime !== null;
    if (parent instanceof SpanIdentity) {
      this.parentHigh = parent.high;
      this.parentLow = parent.low;
    } else if (parent !== undefined) {
      this.parentHigh = wordOf(parent.spanId, 0);
      this.parentLow = wordOf(parent.spanId, 8);
    }
    if (isHrTime(startTime)) this.#givenStart = startTime;
    this.startMicros = toMicroseconds(startTime, trace.clockOffset) ?? now(trace.clockOffset);
  }

  get resource(): Resource {
    return this.#origin.resource;
  }

  get instrumentationScope(): ReadableSpan['instrumentationScope'] {
    return this.#origin.instrumentationScope;
  }

  get parentSpanContext(): SpanContext | undefined {
    const parent = this.#parent;
    return parent instanceof SpanIdentity ? parent.context : parent;
  }

  /** For whom writes it, as the SDK's spans let them; what is sent stays. */
  set parentSpanContext(parent: SpanContext | undefined) {
    this.#parent = parent;
  }

  get startTime(): HrTime {
    return this.#givenStart ?? toHrTime(this.startMicros);
  }

  get endTime(): HrTime {
    if (!this.ended) return [0, 0];
    return this.#givenEnd ?? toHrTime(this.endMicros);
  }

  get duration(): HrTime {
    return this.ended ? toHrTime(this.endMicros - this.startMicros) : [-1, -1];
  }

  /** Jaeger's flags beside `sampled`, for the encoder and for the headers of what is called. */
  get jaegerFlags(): number {
    return this.trace.flags;
  }

  spanContext(): SpanContext {
    return this.identity.context;
  }

  isRecording(): boolean {
    return this.#recording && !this.ended;
  }

  /** `layer` has to let go of this span when it ends. */
  heldBy(layer: ContextLayer): void {
    if (this.ended) layer.letGo(new EndedSpan(this.identity, this.trace));
    else if (this.#holders === undefined) this.#holders = layer;
    else if (!Array.isArray(this.#holders)) this.#holders = [this.#holders, layer];
    else if (this.#holders.length < MOST_HOLDERS) this.#holders.push(layer);
  }

  // What the application hands in may throw when it is looked at: a getter, a proxy.
  setAttribute(key: string, value: AttributeValue): this {
    try {
      // Keys are kept as they come, and what encodes them takes text only.
      return this.#setAttribute(typeof key === 'string' ? key : String(key), value);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #setAttribute(key: string, value: AttributeValue): this {
    if (key === 'sampling.priority') this.#prioritise(value);
    if (value === undefined || value === null) return this;
    if (this.trace.late !== undefined && this.#parent === undefined) this.#reconsider(key, value);
    if (this.#closed()) return this;
    if (key.length === 0) {
      diag.warn(`Invalid attribute key: ${key}`);
      return this;
    }
    if (!isAttributeValue(value)) {
      diag.warn(`Invalid attribute value set for key: ${key}`);
      return this;
    }
    const { attributeCountLimit, attributeValueLengthLimit } = this.#origin.limits;
    this.put(key, cut(value, attributeValueLengthLimit), attributeCountLimit);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (attributes === undefined || attributes === null) return this;
    try {
      for (const key of Object.keys(attributes)) this.#setAttribute(key, attributes[key]!);
    } catch (error) {
      this.#failed(error);
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    try {
      return this.#addEvent(name, attributesOrTime, time);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.#closed()) return this;
    const { eventCountLimit, attributePerEventCountLimit, attributeValueLengthLimit } = this.#origin.limits;
    if (eventCountLimit === 0) {
      this.droppedEventsCount++;
      return this;
    }
    if (this.events.length >= eventCountLimit) {
      this.events.shift();
      this.droppedEventsCount++;
    }
    let at = time;
    let given: unknown = attributesOrTime;
    if (isTime(attributesOrTime)) {
      if (!isTime(time)) at = attributesOrTime;
      given = undefined;
    }
    const { kept, dropped } = limited(
      validAttributes(given),
      attributePerEventCountLimit,
      attributeValueLengthLimit,
    );
    if (this.events === NO_EVENTS) this.events = [];
    const moment = isHrTime(at) ? at : toHrTime(this.#moment(at));
    this.events.push({ name: textOf(name), attributes: kept, time: moment, droppedAttributesCount: dropped });
    return this;
  }

  addLink(link: Link): this {
    try {
      return this.#addLink(link);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #addLink(link: Link): this {
    if (this.#closed()) return this;
    const { linkCountLimit, attributePerLinkCountLimit, attributeValueLengthLimit } = this.#origin.limits;
    if (linkCountLimit === 0) {
      this.droppedLinksCount++;
      return this;
    }
    if (this.links.length >= linkCountLimit) {
      this.links.shift();
      this.droppedLinksCount++;
    }
    const { kept, dropped } = limited(
      validAttributes(link.attributes),
      attributePerLinkCountLimit,
      attributeValueLengthLimit,
    );
    const added: Link = { context: link.context };
    if (Object.keys(kept).length > 0) added.attributes = kept;
    if (dropped > 0) added.droppedAttributesCount = dropped;
    if (this.links === NO_LINKS) this.links = [];
    this.links.push(added);
    return this;
  }

  addLinks(links: Link[]): this {
    try {
      for (const link of links) this.addLink(link);
    } catch (error) {
      this.#failed(error);
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    try {
      return this.#setStatus(status);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #setStatus(status: SpanStatus): this {
    if (this.#closed()) return this;
    // OK is the application's last word; UNSET says nothing.
    if (status.code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return this;
    const { code, message } = status;
    if (code !== SpanStatusCode.ERROR || message === undefined || message === null) this.status = { code };
    else if (typeof message === 'string') this.status = { code, message };
    else {
      this.status = { code };
      diag.warn(`Dropping invalid status.message of type '${typeof message}', expected 'string'`);
    }
    return this;
  }

  updateName(name: string): this {
    if (!this.#closed()) this.name = textOf(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    try {
      const attributes = exceptionAttributes(exception);
      if (attributes['exception.type'] || attributes['exception.message'])
        this.#addEvent('exception', attributes, time);
      else diag.warn(`Failed to record an exception ${exception}`);
    } catch (error) {
      this.#failed(error);
    }
  }

  end(endTime?: TimeInput): void {
    try {
      this.#end(endTime);
    } catch (error) {
      this.ended = true;
      fault('record', error);
    }
    const holders = this.#holders;
    if (holders === undefined) return;
    this.#holders = undefined;
    const ended = new EndedSpan(this.identity, this.trace);
    if (Array.isArray(holders)) for (const layer of holders) layer.letGo(ended);
    else holders.letGo(ended);
  }

  #end(endTime: TimeInput | undefined): void {
    if (this.ended) {
      const { traceId, spanId } = this.spanContext();
      diag.error(`${this.name} ${traceId}-${spanId} was ended before`);
      return;
    }
    let end = this.#moment(endTime);
    if (isHrTime(endTime)) this.#givenEnd = endTime;
    if (!(end >= this.startMicros)) {
      if (endTime !== undefined)
        diag.warn('Inconsistent start and end time, startTime > endTime. Setting span duration to 0ms.');
      end = this.startMicros;
      this.#givenEnd = this.#givenStart;
    }
    this.endMicros = end;
    this.#origin.open?.remove(this);
    if (!this.#recording) {
      this.ended = true;
      return;
    }
    const { processor } = this.#origin;
    processor.onEnding?.(this as never);
    this.#origin.redaction?.apply(this);
    this.ended = true;
    if (this.trace.dropped) this.identity.sampled = false;
    processor.onEnd(this);
  }

  #failed(error: unknown): this {
    fault('api', error);
    return this;
  }

  /** Cuts what it was started with to the limits; patches of ours stay within the usual ones. */
  keepWithinLimits(): void {
    if (this.list?.length === 0 && this.shared === undefined) return;
    const { attributeCountLimit, attributeValueLengthLimit } = this.#origin.limits;
    const { kept, dropped } = limited(this.attributes, attributeCountLimit, attributeValueLengthLimit);
    this.replace(kept);
    this.droppedAttributesCount += dropped;
  }

  /** Microseconds since the epoch of a time that the application gave, or now. */
  #moment(time: TimeInput | undefined): number {
    const given =
      time === undefined || time === null ? undefined : toMicroseconds(time, this.trace.clockOffset);
    if (given !== undefined) return given;
    return this.#wallTime ? Date.now() * 1e3 : now(this.trace.clockOffset);
  }

  /** Ended, or not recorded. */
  #closed(): boolean {
    if (this.ended) {
      const { traceId, spanId } = this.spanContext();
      diag.warn(`Cannot execute the operation on ended Span {traceId: ${traceId}, spanId: ${spanId}}`);
      return true;
    }
    return !this.#recording;
  }

  /** A rule of the settings may decide about the trace again: by its route, or another attribute set late. */
  #reconsider(key: string, value: AttributeValue): void {
    const { decisions, context } = this.trace.late!;
    if (this.ended || !decisions.watched.has(key) || !isAttributeValue(value)) return;
    const { name, kind } = this;
    const attributes = { ...this.attributes, [key]: value };
    if (!this.#recording) this.attributes[key] = value;
    const keep = decisions.reconsider(key, {
      context,
      traceId: this.identity.trace.text,
      name,
      kind,
      attributes,
    });
    if (keep !== undefined) this.#decide(keep);
  }

  #decide(keep: boolean): void {
    this.trace.dropped = !keep;
    if (keep) {
      this.identity.sampled = true;
      if (!this.#recording) this.#origin.open?.add(this);
      this.#recording = true;
    } else {
      this.identity.sampled = false;
    }
  }

  /** OpenTracing's `sampling.priority`: more than 0 keeps the trace from here on, 0 drops what has not been sent. */
  #prioritise(value: unknown): void {
    const priority = Number(value);
    if (this.ended || Number.isNaN(priority)) return;
    if (priority > 0) this.trace.flags |= DEBUG;
    this.#decide(priority > 0);
  }
}

/** The convention's attributes of an exception event; a code stands before the class's name, as in the SDK. */
function exceptionAttributes(exception: Exception): Attributes {
  if (typeof exception === 'string') return { 'exception.message': exception };
  const attributes: Attributes = {};
  if (!exception) return attributes;
  if (exception.code) attributes['exception.type'] = exception.code.toString();
  else if (exception.name) attributes['exception.type'] = exception.name;
  if (exception.message) attributes['exception.message'] = exception.message;
  if (exception.stack) attributes['exception.stacktrace'] = exception.stack;
  return attributes;
}

/** OTLP has no place for any other name: its serializer would throw, and the whole batch be lost. */
function textOf(name: unknown): string {
  return typeof name === 'string' ? name : String(name);
}

function isTime(value: unknown): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || isHrTime(value);
}
