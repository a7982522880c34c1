/**
 * Reads and writes Jaeger's own headers: `uber-trace-id`, `uberctx-*`, `jaeger-debug-id`, `jaeger-baggage`.
 * Third station of a span's way: how a trace goes on in the next service.
 *
 *     uber-trace-id: {trace-id}:{span-id}:{parent-span-id}:{flags}
 *                    1–32 hex   1–16 hex  ignored, 0 out   hex: 1 sampled, 2 debug, 8 firehose
 *
 * https://www.jaegertracing.io/sdk-migration/#propagation-format
 */
import {
  type Baggage,
  type Context,
  createContextKey,
  isValidSpanId,
  isValidTraceId,
  propagation,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { counters } from '../diagnostics/counters';
import { BaggageAllowance, MOST_ITEMS, MOST_VALUE_CHARACTERS, sendable } from './baggage-limits';
import { first, isToken } from './header';
import { DEBUG, FIREHOSE, jaegerFlags, SAMPLED, withJaegerFlags } from './jaeger-flags';
import { percentDecode } from './percent';

/** Names of the headers, for callers whose Jaeger clients were given others. */
export interface UberTraceIdOptions {
  /** Name of the trace header, lower case; default `uber-trace-id`. */
  readonly traceHeader?: string;
  /** Name of the debug header, lower case; default `jaeger-debug-id`. */
  readonly debugHeader?: string;
  /** Name of the baggage header, lower case; default `jaeger-baggage`. */
  readonly baggageHeader?: string;
  /** Prefix of the headers that carry one baggage item each, lower case; default `uberctx-`. */
  readonly baggagePrefix?: string;
}

const NO_HIGH_HALF = '0'.repeat(16);

const DEBUG_ID = createContextKey('tracing-agent jaeger-debug-id');

/** The text of a `jaeger-debug-id` header that started this trace, for the root span's tag. */
export function debugId(context: Context): string | undefined {
  // A debug id counts only where no valid parent came, in whatever format.
  return trace.getSpanContext(context) === undefined
    ? (context.getValue(DEBUG_ID) as string | undefined)
    : undefined;
}

/**
 * Jaeger's `uber-trace-id`, with its baggage (`uberctx-*`, and `jaeger-baggage` when reading) and `jaeger-debug-id`.
 * A header that can't be read counts as none; it never throws.
 */
export class UberTraceIdPropagator implements TextMapPropagator {
  readonly #traceHeader: string;
  readonly #debugHeader: string;
  readonly #baggageHeader: string;
  readonly #baggagePrefix: string;

  constructor(options: UberTraceIdOptions = {}) {
    this.#traceHeader = options.traceHeader ?? 'uber-trace-id';
    this.#debugHeader = options.debugHeader ?? 'jaeger-debug-id';
    this.#baggageHeader = options.baggageHeader ?? 'jaeger-baggage';
    this.#baggagePrefix = options.baggagePrefix ?? 'uberctx-';
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context);
    if (span !== undefined && !isTracingSuppressed(context)) {
      const flags = (span.traceFlags & SAMPLED) | jaegerFlags(context);
      const { traceId } = span;
      // As Jaeger's clients write ids of 64 bits; old ones read no others.
      const id = traceId.startsWith(NO_HIGH_HALF) ? traceId.slice(16) : traceId;
      setter.set(carrier, this.#traceHeader, `${id}:${span.spanId}:0:${flags.toString(16)}`);
    }
    const baggage = propagation.getBaggage(context);
    if (baggage === undefined) return;
    const allowance = new BaggageAllowance();
    for (const [key, { value }] of baggage.getAllEntries()) {
      const encoded = sendable(allowance, key, value, 0);
      if (encoded !== undefined) setter.set(carrier, this.#baggagePrefix + key, encoded);
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    let result = context;
    const header = first(getter.get(carrier, this.#traceHeader));
    const parsed = header === undefined ? undefined : parseUberTraceId(header);
    if (parsed !== undefined) {
      result = trace.setSpanContext(result, parsed.spanContext);
      if (parsed.flags !== 0) result = withJaegerFlags(result, parsed.flags);
    } else {
      const id = first(getter.get(carrier, this.#debugHeader));
      if (id && trace.getSpanContext(context) === undefined)
        result = withJaegerFlags(result.setValue(DEBUG_ID, id.slice(0, MOST_VALUE_CHARACTERS)), DEBUG);
    }
    return this.#extractBaggage(result, carrier, getter);
  }

  fields(): string[] {
    return [this.#traceHeader];
  }

  #extractBaggage(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const listed = first(getter.get(carrier, this.#baggageHeader));
    const prefixed: string[] = [];
    for (const name of getter.keys(carrier)) if (name.startsWith(this.#baggagePrefix)) prefixed.push(name);
    if (listed === undefined && prefixed.length === 0) return context;
    let baggage: Baggage | undefined;
    const allowance = new BaggageAllowance();
    const add = (key: string, value: string): void => {
      if (!isToken(key) || !allowance.admits(value, key.length + value.length)) {
        counters.baggageDropped++;
        return;
      }
      baggage = (baggage ?? propagation.getBaggage(context) ?? propagation.createBaggage()).setEntry(key, {
        value,
      });
    };
    if (listed !== undefined) {
      for (const part of listed.split(',', MOST_ITEMS)) {
        const [key, value, more] = part.split('=');
        if (value !== undefined && more === undefined) add(key!.trim(), value.trim());
      }
    }
    // A few more than may be taken, for those that can't be.
    counters.baggageDropped += Math.max(0, prefixed.length - MOST_ITEMS * 2);
    for (const name of prefixed.slice(0, MOST_ITEMS * 2)) {
      const value = percentDecode(first(getter.get(carrier, name)));
      if (value !== undefined) add(name.slice(this.#baggagePrefix.length), value);
    }
    return baggage === undefined ? context : propagation.setBaggage(context, baggage);
  }
}

/**
 * A `uber-trace-id` header's value. Undefined for anything that isn't one, to the letter: wrong digits, zero ids,
 * too many digits, trailing text.
 */
export function parseUberTraceId(header: string): { spanContext: SpanContext; flags: number } | undefined {
  // 32 + 16 + 16 + 2 digits and three colons, each perhaps written as %3A.
  if (header.length > 80) return undefined;
  const parts = (header.includes('%') ? header.replace(/%3a/gi, ':') : header).trim().split(':');
  if (parts.length !== 4) return undefined;
  const [trace = '', span = '', parent = '', flagDigits = ''] = parts;
  const flags = isHex(flagDigits, 2) ? Number.parseInt(flagDigits, 16) : -1;
  if (flags < 0 || !isHex(trace, 32) || !isHex(span, 16) || (parent !== '' && !isHex(parent, 16)))
    return undefined;
  const traceId = trace.toLowerCase().padStart(32, '0');
  const spanId = span.toLowerCase().padStart(16, '0');
  if (!isValidTraceId(traceId) || !isValidSpanId(spanId)) return undefined;
  const traceFlags = (flags & (SAMPLED | DEBUG)) !== 0 ? SAMPLED : 0;
  return { spanContext: { traceId, spanId, traceFlags, isRemote: true }, flags: flags & (DEBUG | FIREHOSE) };
}

function isHex(digits: string, most: number): boolean {
  if (digits.length === 0 || digits.length > most) return false;
  for (let i = 0; i < digits.length; i++) {
    const code = digits.charCodeAt(i);
    const lower = code | 0x20;
    if (!((code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x66))) return false;
  }
  return true;
}
