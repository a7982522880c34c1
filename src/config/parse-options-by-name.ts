/**
 * Parser of options for single instrumentations: JSON in the environment, an object in code and in the file.
 * Beside a span's way: used by the options table.
 */

import { shortName } from './parse-word';
import type { Complaints, Parser } from './parser';

type OptionsByName = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export const optionsByName: Parser<OptionsByName> = {
  accepts: 'JSON, an object for each short name, such as `{"graphql":{"mergeItems":true}}`',
  parse(value, complaints) {
    const given = typeof value === 'string' ? parsed(value, complaints) : value;
    if (given === undefined) return undefined;
    if (!isObject(given)) {
      complaints.invalid('is not an object of objects');
      return undefined;
    }
    const result: Record<string, Readonly<Record<string, unknown>>> = {};
    for (const [name, options] of Object.entries(given)) {
      // From JSON such a name would be the object's prototype.
      if (name === '__proto__') complaints.invalid('is no name', name);
      else if (isObject(options)) result[shortName(name)] = options;
      else complaints.invalid('has something other than an object for this name', name);
    }
    return result;
  },
};

/** The parser's own message would quote the text. */
function parsed(text: string, complaints: Complaints): unknown {
  try {
    return JSON.parse(text);
  } catch {
    complaints.invalid('is not JSON');
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
