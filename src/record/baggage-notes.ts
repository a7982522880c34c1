/**
 * Shows baggage on spans: chosen keys as tags, and what the application adds as logs, as Jaeger's clients do.
 * Fourth station of a span's way: sees each recorded span begin.
 *
 * OpenTelemetry's baggage belongs to a context, not to a span, so that no call tells when an item is set: a span that
 * begins with other baggage than its parent did shows that the parent's work has set it.
 */
import {
  type Attributes,
  type Baggage,
  type Context,
  propagation,
  type Span,
  trace,
} from '@opentelemetry/api';
import type { RecordedSpan } from './recorded-span';
import type { BaggageObserver } from './surroundings';

interface BaggageNotesOptions {
  /** Keys whose values become tags of each span. */
  readonly tags: readonly string[];
  /** Whether items that the application sets are noted as logs `event=baggage`. */
  readonly logs: boolean;
}

export class BaggageNotes implements BaggageObserver {
  readonly #options: BaggageNotesOptions;
  /** What each span began with, and what was noted on it since. */
  readonly #known = new WeakMap<Span, Baggage | undefined>();

  constructor(options: BaggageNotesOptions) {
    this.#options = options;
  }

  begun(span: RecordedSpan, context: Context): void {
    const baggage = propagation.getBaggage(context);
    const { tags, logs } = this.#options;
    if (baggage !== undefined && tags.length > 0) setTags(span, baggage, tags);
    if (!logs || baggage === undefined) return;
    const parent = trace.getSpan(context);
    if (parent?.isRecording()) this.#compare(parent, baggage);
    this.#known.set(span, baggage);
  }

  #compare(parent: Span, baggage: Baggage): void {
    const before = this.#known.get(parent);
    if (before === baggage) return;
    for (const [key, { value }] of baggage.getAllEntries()) {
      const old = before?.getEntry(key)?.value;
      if (old === value) continue;
      const fields: Attributes = { event: 'baggage', key, value };
      if (old !== undefined) fields.override = 'true';
      parent.addEvent('baggage', fields);
    }
    this.#known.set(parent, baggage);
  }
}

function setTags(span: RecordedSpan, baggage: Baggage, keys: readonly string[]): void {
  for (const key of keys) {
    const entry = baggage.getEntry(key);
    if (entry !== undefined) span.setAttribute(key, entry.value);
  }
}
