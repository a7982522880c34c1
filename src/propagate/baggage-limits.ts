/**
 * How much baggage comes in and goes out, so that neither a caller nor this application fills headers and memory.
 * Third station of a span's way. https://www.w3.org/TR/baggage/#limits
 */

export const MOST_ITEMS = 64;
/** Of one value, in characters. */
export const MOST_VALUE_CHARACTERS = 2_048;
/** Of all items as they stand in headers, in characters, which are bytes there. */
export const MOST_TOTAL = 8_192;

/** Counts what fits. */
export class BaggageAllowance {
  #items = 0;
  #total = 0;

  /** Whether one more item fits; one that doesn't leaves room for smaller ones. @param length of it in headers */
  admits(value: string, length: number): boolean {
    if (
      this.#items >= MOST_ITEMS ||
      value.length > MOST_VALUE_CHARACTERS ||
      this.#total + length > MOST_TOTAL
    )
      return false;
    this.#items++;
    this.#total += length;
    return true;
  }
}
