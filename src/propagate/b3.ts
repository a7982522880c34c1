/**
 * Reads and writes Zipkin's B3 headers, in one header or in several.
 * Third station of a span's way: for traces that come from, or go on in, services of that family.
 *
 *     b3: {trace-id}-{span-id}-{state}-{parent-id}      state: 1 sampled, 0 not, d debug; the last two may be left out
 *     x-b3-traceid, x-b3-spanid, x-b3-sampled: 0|1, x-b3-flags: 1 for debug
 *
 * https://github.com/openzipkin/b3-propagation
 */
import {
  type Context,
  isValidSpanId,
  isValidTraceId,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { first } from './header';
import { DEBUG, jaegerFlags, SAMPLED, withJaegerFlags } from './jaeger-flags';

const SINGLE = 'b3';
const TRACE_ID = 'x-b3-traceid';
const SPAN_ID = 'x-b3-spanid';
const STATE = 'x-b3-sampled';
const FLAGS = 'x-b3-flags';

/** `b3`: writes one header. `b3multi`: writes several. Both read either form, the single header first. */
export class B3Propagator implements TextMapPropagator {
  readonly #single: boolean;

  /** @param form which headers are written */
  constructor(form: 'b3' | 'b3multi') {
    this.#single = form === 'b3';
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context);
    if (span === undefined || isTracingSuppressed(context)) return;
    const debug = (jaegerFlags(context) & DEBUG) !== 0;
    const sampled = (span.traceFlags & SAMPLED) !== 0;
    if (this.#single) {
      const state = debug ? 'd' : sampled ? '1' : '0';
      setter.set(carrier, SINGLE, `${span.traceId}-${span.spanId}-${state}`);
      return;
    }
    setter.set(carrier, TRACE_ID, span.traceId);
    setter.set(carrier, SPAN_ID, span.spanId);
    if (debug) setter.set(carrier, FLAGS, '1');
    else setter.set(carrier, STATE, sampled ? '1' : '0');
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const single = first(getter.get(carrier, SINGLE));
    const found = (single === undefined ? undefined : parseB3(single)) ?? readMany(carrier, getter);
    if (found === undefined) return context;
    const result = trace.setSpanContext(context, found.spanContext);
    return found.debug ? withJaegerFlags(result, DEBUG) : result;
  }

  fields(): string[] {
    return this.#single ? [SINGLE] : [TRACE_ID, SPAN_ID, STATE, FLAGS];
  }
}

interface Found {
  spanContext: SpanContext;
  debug: boolean;
}

/** A `b3` header's value; undefined for one that carries no ids (`0` alone) or is malformed. */
export function parseB3(header: string): Found | undefined {
  // 32 + 16 + 1 + 16 characters and three dashes.
  if (header.length > 68) return undefined;
  const [traceId = '', spanId = '', state, parent, more] = header.trim().split('-');
  if (more !== undefined || (parent !== undefined && !isValidSpanId(parent))) return undefined;
  return found(traceId, spanId, state, state === 'd');
}

function readMany(carrier: unknown, getter: TextMapGetter): Found | undefined {
  const traceId = first(getter.get(carrier, TRACE_ID));
  const spanId = first(getter.get(carrier, SPAN_ID));
  if (traceId === undefined || spanId === undefined) return undefined;
  const state = first(getter.get(carrier, STATE));
  return found(traceId, spanId, state, first(getter.get(carrier, FLAGS)) === '1');
}

function found(trace: string, span: string, state: string | undefined, debug: boolean): Found | undefined {
  const sampled = debug ? true : sampledBy(state);
  // 16 digits are as good as 32, and Jaeger's clients leave zeros in front out.
  const traceId = trace.padStart(32, '0');
  const spanId = span.padStart(16, '0');
  if (sampled === undefined || !isValidTraceId(traceId) || !isValidSpanId(spanId)) return undefined;
  const ids = { traceId: traceId.toLowerCase(), spanId: spanId.toLowerCase() };
  return { spanContext: { ...ids, traceFlags: sampled ? SAMPLED : 0, isRemote: true }, debug };
}

/** Absent means that the decision is left to the receiver; ours keeps the trace, as a sampled parent would. */
function sampledBy(state: string | undefined): boolean | undefined {
  switch (state) {
    case undefined:
    case '1':
    case 'true':
    case 'd':
      return true;
    case '0':
    case 'false':
      return false;
    default:
      return undefined;
  }
}
