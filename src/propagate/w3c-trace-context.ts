/**
 * Reads and writes W3C's `traceparent` and `tracestate`.
 * Third station of a span's way: how a trace goes on in the next service. https://www.w3.org/TR/trace-context/
 *
 *     traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *                  │  trace id, 32 digits              span id, 16      └ flags: 1 sampled
 *                  └ version; ff is none, and one that we don't know may have more behind another dash
 */
import {
  type Context,
  isValidSpanId,
  isValidTraceId,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { first } from './header';
import { TraceState } from './trace-state';

const TRACE_PARENT = 'traceparent';
const TRACE_STATE = 'tracestate';
const PATTERN = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/s;
/** Node lets headers of 16 kB in; no system sends a version that long. */
const MOST_CHARACTERS = 512;

/** W3C's `traceparent` and `tracestate`. A header that can't be read counts as none; it never throws. */
export class TraceContextPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context);
    if (span === undefined || isTracingSuppressed(context)) return;
    if (!isValidTraceId(span.traceId) || !isValidSpanId(span.spanId)) return;
    const flags = (span.traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01';
    setter.set(carrier, TRACE_PARENT, `00-${span.traceId}-${span.spanId}-${flags}`);
    const state = span.traceState?.serialize();
    if (state) setter.set(carrier, TRACE_STATE, state);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const given = getter.get(carrier, TRACE_PARENT);
    // Sent twice, neither is to be believed.
    if (Array.isArray(given) && given.length > 1) return context;
    const header = first(given);
    const parsed = typeof header === 'string' ? parseTraceParent(header) : undefined;
    if (parsed === undefined) return context;
    const state = getter.get(carrier, TRACE_STATE);
    // One list may come in several headers.
    const traceState = state === undefined ? undefined : TraceState.parse(String(state));
    return trace.setSpanContext(context, traceState === undefined ? parsed : { ...parsed, traceState });
  }

  fields(): string[] {
    return [TRACE_PARENT, TRACE_STATE];
  }
}

/** A `traceparent` header's value; undefined for anything that isn't one. */
function parseTraceParent(header: string): SpanContext | undefined {
  if (header.length > MOST_CHARACTERS) return undefined;
  const found = PATTERN.exec(header.trim());
  if (found === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] = found;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (!isValidTraceId(traceId) || !isValidSpanId(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}
