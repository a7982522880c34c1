/**
 * Hides the values of attributes whose keys the settings name, in the moment in which their span ends.
 * Fourth station of a span's way: read only where `redactKeys` is set; the application's attributes and ours alike.
 */
import type { Attributes, Link } from '@opentelemetry/api';
import type { TimedEvent } from '@opentelemetry/sdk-trace-base';

/** As hidden parts of a URL look. */
const REDACTED = 'REDACTED';
/** Keys whose answer is remembered; an application has few, unless it puts values into them. */
const MOST_KEYS = 1_000;

interface Redactable {
  readonly attributes: Attributes;
  readonly events: readonly TimedEvent[];
  readonly links: readonly Link[];
}

export class Redaction {
  readonly #matches: (key: string) => boolean;
  readonly #known = new Map<string, boolean>();

  /** @param matches whether a key, in lower case, is one of those to hide */
  constructor(matches: (key: string) => boolean) {
    this.#matches = matches;
  }

  apply({ attributes, events, links }: Redactable): void {
    this.#hide(attributes);
    for (const event of events) if (event.attributes !== undefined) this.#hide(event.attributes);
    for (const link of links) if (link.attributes !== undefined) this.#hide(link.attributes);
  }

  #hide(attributes: Attributes): void {
    for (const key of Object.keys(attributes)) if (this.#isHidden(key)) attributes[key] = REDACTED;
  }

  #isHidden(key: string): boolean {
    let hidden = this.#known.get(key);
    if (hidden === undefined) {
      hidden = this.#matches(key.toLowerCase());
      if (this.#known.size < MOST_KEYS) this.#known.set(key, hidden);
    }
    return hidden;
  }
}
