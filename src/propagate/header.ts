/** A header's value where Node gives a list for one that came several times: the first. Third station of a span's way. */
export function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
