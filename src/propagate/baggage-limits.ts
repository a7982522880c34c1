/**
 * How much baggage comes in and goes out, so that neither a caller nor this application fills headers and memory.
 * Third station of a span's way. https://www.w3.org/TR/baggage/#limits
 */
import { counters } from '../diagnostics/counters';
import { report } from '../diagnostics/log';
import { isToken } from './header';
import { percentEncode } from './percent';

export const MOST_ITEMS = 64;
/** Of one value, in characters. */
export const MOST_VALUE_CHARACTERS = 2_048;
/** Of all items as they stand in headers, in characters, which are bytes there. */
const MOST_TOTAL = 8_192;

/**
 * The value as a header may hold it; undefined, counted and said once, where key or value can't be sent.
 * @param around characters of the item in headers beside key and value
 */
export function sendable(
  allowance: BaggageAllowance,
  key: string,
  value: string,
  around: number,
): string | undefined {
  const encoded = isToken(key) ? percentEncode(value) : undefined;
  if (encoded !== undefined && allowance.admits(value, key.length + encoded.length + around)) return encoded;
  counters.baggageDropped++;
  const problem = encoded === undefined ? 'no header can hold its key or value' : 'it is over the limits';
  report('TA_BAGGAGE_DROPPED', { key, problem });
  return undefined;
}

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
