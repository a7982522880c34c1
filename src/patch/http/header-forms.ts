/**
 * Reads single headers from the forms that Node and undici keep them in: object, list, list of pairs, text of a head.
 * Second and third station of a span's way.
 */

/** Lower-case name → value or values. */
type Headers = Readonly<Record<string, unknown>>;

/** Reads `name`, given in lower case, from headers as an object, whose own names may have any case. */
export function readHeader(headers: Headers, name: string): unknown {
  const value = headers[name];
  if (value !== undefined) return Object.hasOwn(headers, name) ? value : undefined;
  for (const key in headers) if (isNamed(key, name)) return headers[key];
  return undefined;
}

/** The headers in the text of an HTTP/1 head, each with all of its values. */
export function readHead(text: unknown): Headers {
  const headers: Record<string, string[]> = Object.create(null);
  if (typeof text !== 'string') return headers;
  for (let at = text.indexOf('\r\n') + 2; at > 1; ) {
    const end = text.indexOf('\r\n', at);
    if (end <= at) break;
    const colon = text.indexOf(':', at);
    if (colon !== -1 && colon < end) {
      const name = text.slice(at, colon).toLowerCase();
      headers[name] ??= [];
      headers[name].push(text.slice(colon + 1, end).trim());
    }
    at = end + 2;
  }
  return headers;
}

/** The headers of a flat list of texts or Buffers, as undici has an answer's; one of any other form is taken as an object. */
export function readList(list: unknown): Headers {
  if (!Array.isArray(list)) return (list ?? {}) as Headers;
  const headers: Record<string, string[]> = Object.create(null);
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = String(list[i]).toLowerCase();
    const value = list[i + 1];
    headers[name] ??= [];
    for (const each of Array.isArray(value) ? value : [value]) headers[name].push(String(each));
  }
  return headers;
}

/** Reads `name` from headers as a flat list: name, value, name, value. */
export function readFlat(list: readonly unknown[], name: string): unknown {
  for (let i = 0; i + 1 < list.length; i += 2) if (isNamed(list[i], name)) return list[i + 1];
  return undefined;
}

/** Reads `name` from headers as a list of pairs. */
export function readPairs(list: readonly (readonly unknown[])[], name: string): unknown {
  for (const pair of list) if (isNamed(pair[0], name)) return pair[1];
  return undefined;
}

function isNamed(given: unknown, name: string): boolean {
  return typeof given === 'string' && given.length === name.length && given.toLowerCase() === name;
}
