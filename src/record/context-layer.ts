/**
 * A context that is one value on top of another context, and lets go of a span when the span has ended.
 * Fourth station of a span's way: what requests and active spans run in.
 *
 * The API's own contexts copy a map for each value, and hold their span for as long as anything holds them: a timer
 * or a socket that a request leaves behind, or a leak of the application's, would keep every span's attributes.
 */
import { type Context, createContextKey, ROOT_CONTEXT, type TextMapPropagator } from '@opentelemetry/api';
import type { EndedSpan } from './ended-span';
import { RecordedSpan } from './recorded-span';

/** The API's own; keys of one name are one key in all its copies. */
const SPAN = createContextKey('OpenTelemetry Context Key SPAN');
/** Layers after which values that are covered by later ones are left out. */
const MOST_DEPTH = 16;

export class ContextLayer implements Context {
  readonly below: Context;
  readonly key: symbol;
  value: unknown;
  readonly depth: number;

  constructor(below: Context, key: symbol, value: unknown) {
    this.below = below;
    this.key = key;
    this.value = value;
    this.depth = below instanceof ContextLayer ? below.depth + 1 : 1;
    if (key === SPAN && value instanceof RecordedSpan) value.heldBy(this);
  }

  getValue(key: symbol): unknown {
    let each: Context = this;
    while (each instanceof ContextLayer) {
      if (each.key === key) return each.value;
      each = each.below;
    }
    // The usual end of a search in vain.
    return each === ROOT_CONTEXT ? undefined : each.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    // A span in place of its parent, mostly: what is covered is not kept.
    if (key === this.key) return new ContextLayer(this.below, key, value);
    return new ContextLayer(this.depth % MOST_DEPTH === 0 ? this.#compacted() : this, key, value);
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined);
  }

  /** The span has ended: children still find their parent's ids. */
  letGo(ended: EndedSpan): void {
    this.value = ended;
  }

  #compacted(): Context {
    const values = new Map<symbol, unknown>();
    let each: Context = this;
    while (each instanceof ContextLayer) {
      if (!values.has(each.key)) values.set(each.key, each.value);
      each = each.below;
    }
    for (const [key, value] of [...values].reverse()) each = new ContextLayer(each, key, value);
    return each;
  }
}

const ROOT_LAYER = new ContextLayer(ROOT_CONTEXT, SPAN, undefined);

/** `context` as a layer, so that what is set on top of it becomes one as well. */
export function layered(context: Context): Context {
  if (context === ROOT_CONTEXT) return ROOT_LAYER;
  return context instanceof ContextLayer ? context : new ContextLayer(context, SPAN, context.getValue(SPAN));
}

/** A propagator whose extracted contexts are layers: those that servers' spans are put into. */
export function extractingLayers(propagator: TextMapPropagator): TextMapPropagator {
  return {
    inject: (context, carrier, setter) => propagator.inject(context, carrier, setter),
    extract: (context, carrier, getter) => layered(propagator.extract(context, carrier, getter)),
    fields: () => propagator.fields(),
  };
}
