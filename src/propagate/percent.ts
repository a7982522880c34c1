/** Percent-encoding that never throws: undefined for text that can't be encoded or decoded. Third station of a span's way. */

/** Undefined for text that no URL can carry: a lone surrogate. */
export function percentEncode(value: string): string | undefined {
  try {
    return encodeURIComponent(value);
  } catch {
    return undefined;
  }
}

export function percentDecode(value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
