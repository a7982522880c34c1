/**
 * Joins several propagators: writes all formats, reads the first valid one in the configured order.
 * Third station of a span's way.
 */
import {
  type Context,
  propagation,
  type Span,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { fault } from '../diagnostics/contain';

function extractContained(
  propagator: TextMapPropagator,
  context: Context,
  carrier: unknown,
  getter: TextMapGetter,
): Context {
  try {
    return propagator.extract(context, carrier, getter);
  } catch (error) {
    fault('propagate', error);
    return context;
  }
}

/** OpenTelemetry's own composite lets the last format win, so that a second header would displace the first. */
export class CompositePropagator implements TextMapPropagator {
  readonly #propagators: readonly TextMapPropagator[];

  /** @param propagators are asked in this order; one that throws is passed over */
  constructor(propagators: readonly TextMapPropagator[]) {
    this.#propagators = propagators;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    for (const propagator of this.#propagators) {
      try {
        propagator.inject(context, carrier, setter);
      } catch (error) {
        // OpenTelemetry's baggage propagator throws on a value that no URL can carry.
        fault('propagate', error);
      }
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    let result = context;
    let found: Span | undefined;
    for (const propagator of this.#propagators) {
      const extracted = extractContained(propagator, result, carrier, getter);
      // As most are: without a header of this format.
      if (extracted === result) continue;
      found ??= trace.getSpan(context);
      const span = trace.getSpan(extracted);
      if (found === undefined || span === found) {
        result = extracted;
        found = span;
      } else {
        // Another trace's context, and with it its flags; only its baggage is ours.
        const baggage = propagation.getBaggage(extracted);
        if (baggage !== undefined) result = propagation.setBaggage(result, baggage);
      }
    }
    return result;
  }

  fields(): string[] {
    return [...new Set(this.#propagators.flatMap((propagator) => propagator.fields()))];
  }
}
