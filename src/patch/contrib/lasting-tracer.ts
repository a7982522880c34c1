/**
 * The tracer of OpenTelemetry's instrumentations: serves whichever agent runs, and keeps error messages out of spans.
 * Second station of a span's way: where they start theirs.
 */
import {
  type Attributes,
  type AttributeValue,
  type Context,
  context,
  type Exception,
  type Span,
  type SpanOptions,
  type SpanStatus,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { errorType } from '../toolbox';

/** An instrumentation asks for its tracer once, and an agent may end and another start after that. */
export class LastingTracer implements Tracer {
  readonly #name: string;
  readonly #version: string;
  #provider: TracerProvider | undefined;
  #tracer: Tracer | undefined;

  constructor(name: string, version: string) {
    this.#name = name;
    this.#version = version;
  }

  startSpan(name: string, options?: SpanOptions, from?: Context): Span {
    return discreet(this.#current().startSpan(name, withoutValues(options), from));
  }

  /** `(name, work)`, `(name, options, work)` or `(name, options, context, work)`. */
  startActiveSpan(name: string, ...rest: any[]): any {
    const work = rest.pop() as (span: Span) => unknown;
    const [options, from = context.active()] = rest as [SpanOptions?, Context?];
    const span = this.startSpan(name, options, from);
    return context.with(trace.setSpan(from, span), () => work(span));
  }

  #current(): Tracer {
    const provider = trace.getTracerProvider();
    if (this.#tracer === undefined || provider !== this.#provider) {
      this.#provider = provider;
      this.#tracer = provider.getTracer(this.#name, this.#version);
    }
    return this.#tracer;
  }
}

/** Attributes that hold what the application sends and is sent. */
const VALUES = ['db.memcached.key', 'dns.error_message', 'grpc.error_message', 'messaging.kafka.message.key'];

function withoutValues(options: SpanOptions | undefined): SpanOptions | undefined {
  const attributes = options?.attributes;
  return attributes === undefined ? options : { ...options, attributes: withoutValueKeys(attributes) };
}

function withoutValueKeys(attributes: Attributes): Attributes {
  if (!VALUES.some((key) => key in attributes)) return attributes;
  const rest = { ...attributes };
  for (const key of VALUES) delete rest[key];
  return rest;
}

/** A database's error message may hold the values of the command, a client's those of the request. */
function discreet(span: Span): Span {
  if (span.isRecording()) {
    span.recordException = recordType;
    span.setStatus = setCode;
    span.setAttribute = setUnlessValue;
    span.setAttributes = setWithoutValues;
  }
  return span;
}

function setUnlessValue(this: Span, key: string, value: AttributeValue): Span {
  return VALUES.includes(key) ? this : original(this).setAttribute.call(this, key, value);
}

function setWithoutValues(this: Span, attributes: Attributes): Span {
  return original(this).setAttributes.call(this, withoutValueKeys(attributes));
}

function recordType(this: Span, exception: Exception): void {
  this.setAttribute('error.type', errorType(exception));
}

function setCode(this: Span, { code }: SpanStatus): Span {
  return original(this).setStatus.call(this, { code });
}

/** The methods that stand behind those of `discreet`. */
function original(span: Span): Span {
  return Object.getPrototypeOf(span) as Span;
}
