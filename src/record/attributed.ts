/**
 * The attributes of a span: those that many spans have in common, those of its own, and all of them as one object where
 * somebody asks for that. Fourth station of a span's way: what `recorded-span.ts` is made on.
 *
 * A list of keys and values costs less than an object that grows: V8 makes a map for each order in which an object's
 * properties came, and looks them up by key. What is shared is not even copied, and encoded once (`send/encode`).
 */
import type { Attributes, AttributeValue } from '@opentelemetry/api';

/** So many entries are searched one by one; a span with more keeps them in an object. */
const MOST_LISTED = 16;

export class Attributed {
  /** Never changed, since other spans have it too; undefined once `attributes` was asked for. */
  shared: Attributes | undefined;
  /** Keys and values in turn; undefined once `attributes` was asked for. Without keys of `shared`. */
  list: unknown[] | undefined;
  droppedAttributesCount = 0;
  /** All of them, from then on. */
  #all: Attributes | undefined;
  /** Counted when it begins to matter. */
  #count = -1;

  /** @param own an object or a list, which become the span's own; valid */
  constructor(own: Attributes | unknown[], shared: Attributes | undefined) {
    if (Array.isArray(own)) {
      this.list = own;
      this.shared = shared;
    } else {
      this.#all = shared === undefined ? own : { ...shared, ...own };
    }
  }

  /** All attributes; changes to the object are changes to the span. */
  get attributes(): Attributes {
    let all = this.#all;
    if (all === undefined) {
      all = { ...this.shared };
      const list = this.list!;
      for (let at = 0; at < list.length; at += 2) all[list[at] as string] = list[at + 1] as AttributeValue;
      this.#all = all;
      this.shared = undefined;
      this.list = undefined;
    }
    return all;
  }

  /** Takes the place of all attributes. */
  protected replace(attributes: Attributes): void {
    this.#all = attributes;
    this.shared = undefined;
    this.list = undefined;
  }

  /** Adds valid ones, however many there are. */
  add(attributes: Readonly<Attributes>): void {
    for (const key of Object.keys(attributes)) this.put(key, attributes[key]!, Number.POSITIVE_INFINITY);
  }

  /** Sets a valid one; one beyond `limit` is counted instead. */
  put(key: string, value: AttributeValue, limit: number): void {
    const { list } = this;
    if (list !== undefined) {
      for (let at = 0; at < list.length; at += 2) {
        if (list[at] !== key) continue;
        list[at + 1] = value;
        return;
      }
      const { shared } = this;
      if (list.length < 2 * MOST_LISTED && (shared === undefined || !Object.hasOwn(shared, key))) {
        if (this.#fits(limit)) list.push(key, value);
        return;
      }
    }
    const { attributes } = this;
    if (Object.hasOwn(attributes, key) || this.#fits(limit)) attributes[key] = value;
  }

  #fits(limit: number): boolean {
    if (this.#count < 0) this.#count = this.#counted();
    if (this.#count < limit) {
      this.#count++;
      return true;
    }
    this.droppedAttributesCount++;
    return false;
  }

  #counted(): number {
    if (this.list === undefined) return Object.keys(this.attributes).length;
    return this.list.length / 2 + (this.shared === undefined ? 0 : Object.keys(this.shared).length);
  }
}
