/** What all propagators need to know of headers. Third station of a span's way. */

/** A header's value where Node gives a list for one that came several times: the first. */
export function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** What may be a header's name: a key that can't is kept out, in both directions, since Node throws on it. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
