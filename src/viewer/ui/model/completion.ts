/** What the query box is about to hold: the piece under the cursor, to be completed to a field, a value or a keyword. */

export interface Completing {
  /** Where the piece starts in the text. */
  from: number;
  kind: 'key' | 'value';
  /** Of which key a value is wanted. */
  key: string;
  prefix: string;
}

/** The text up to the cursor decides. */
export function completingAt(text: string, cursor: number): Completing {
  const before = text.slice(0, cursor);
  const value = /([\w.:/-]+)\s*(?:!=|>=|<=|[=><~])\s*("?)([^\s"()]*)$/.exec(before);
  if (value !== null) {
    const [, key = '', quote = '', prefix = ''] = value;
    return { from: cursor - prefix.length - quote.length, kind: 'value', key: key.replace(/^-/, ''), prefix };
  }
  const prefix = /[\w.:/]*$/.exec(before)?.[0] ?? '';
  return { from: cursor - prefix.length, kind: 'key', key: '', prefix };
}
