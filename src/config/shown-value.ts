/**
 * Shows a setting's value without what may be a secret in it.
 * Beside a span's way: for lines about settings.
 */

/** Characters of a value; what is behind is left out. */
const MOST_SHOWN = 100;

/** A setting's value on one line: what stands before an @ and a URL's query may be a secret, and are left out. */
export function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return shorten(withoutSecrets(value));
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'undefined':
      return 'none';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? '(a list)' : '(an object)';
    default:
      return `(a ${typeof value})`;
  }
}

function withoutSecrets(text: string): string {
  const at = text.lastIndexOf('@');
  const scheme = text.indexOf('://');
  const shown =
    at === -1 ? text : `${scheme !== -1 && scheme < at ? text.slice(0, scheme + 3) : ''}***${text.slice(at)}`;
  const query = shown.indexOf('?');
  return query === -1 ? shown : `${shown.slice(0, query)}?***`;
}

function shorten(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
