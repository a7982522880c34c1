/**
 * Patterns in which `*` stands for any text, matched in linear time, since what they meet comes from requests.
 * Fifth station of a span's way: beneath the rules; the HTTP patches' ignored paths are matched by it as well.
 */

/** Whether a value, as text, is one of the patterns, whole. */
export function matcher(patterns: readonly string[]): (value: unknown) => boolean {
  const parts = patterns.map((pattern) => pattern.split('*'));
  return (value) => {
    if (value === undefined || value === null) return false;
    const text = String(value);
    return parts.some((each) => matchesParts(text, each));
  };
}

/** `parts` are what stands between the stars. */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0]!;
  if (parts.length === 1) return text === first;
  const last = parts[parts.length - 1]!;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  const end = text.length - last.length;
  let from = first.length;
  for (let index = 1; index < parts.length - 1; index++) {
    const part = parts[index]!;
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
