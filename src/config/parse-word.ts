/**
 * Parsers of text and words: names, yes or no, one word of a set, lists of words.
 * Beside a span's way: used by the options table.
 */
import type { Complaints, Parser } from './parser';

/** Any text that isn't blank, trimmed. */
export const text: Parser<string> = {
  accepts: 'text',
  parse(value, complaints) {
    if (typeof value === 'string') {
      const trimmed = value.trim();
      if (trimmed !== '') return trimmed;
    }
    complaints.invalid('is not text');
    return undefined;
  },
};

/** Text taken as it is, blanks included. */
export const password: Parser<string> = {
  accepts: 'text',
  parse(value, complaints) {
    if (typeof value === 'string') return value;
    complaints.invalid('is not text');
    return undefined;
  },
};

/** OpenTelemetry has `true` alone, Jaeger's Go client `1` too: whoever sets a switch to 1 means it. */
export const yesOrNo: Parser<boolean> = {
  accepts: '`true` or `false` (also `1` or `0`)',
  parse(value, complaints) {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string') {
      const word = value.trim().toLowerCase();
      if (word === 'true' || word === '1') return true;
      if (word === 'false' || word === '0') return false;
    }
    complaints.invalid('is neither true nor false');
    return undefined;
  },
};

/** One word, in any case. `later` are words that a later version supports. */
export function oneOf<T extends string>(
  words: Readonly<Record<string, T>>,
  later: readonly string[] = [],
): Parser<T> {
  return {
    accepts: quoted(Object.keys(words)),
    parse(value, complaints) {
      if (typeof value === 'string') {
        const word = value.trim().toLowerCase();
        if (Object.hasOwn(words, word)) return words[word];
        if (later.includes(word)) {
          complaints.notYet();
          return undefined;
        }
      }
      complaints.invalid(`is not one of ${Object.keys(words).join(', ')}`);
      return undefined;
    },
  };
}

/** A list of words separated by commas; each stands for the values it maps to, and `none` for none at all. */
export function listOf<T extends string>(
  words: Readonly<Record<string, readonly T[]>>,
): Parser<readonly T[]> {
  const known = [...Object.keys(words), 'none'];
  return {
    accepts: `list of ${quoted(known)}`,
    parse(value, complaints) {
      const given = items(value, complaints);
      if (given === undefined) return undefined;
      const result: T[] = [];
      let none = false;
      for (const item of given) {
        const word = item.toLowerCase();
        if (word === 'none') none = true;
        else if (Object.hasOwn(words, word)) {
          for (const each of words[word]!) if (!result.includes(each)) result.push(each);
        } else complaints.invalid(`is not one of ${known.join(', ')}`, item);
      }
      return result.length > 0 || none || given.length === 0 ? result : undefined;
    },
  };
}

/** A list of keys, as they are. */
export const keyList: Parser<readonly string[]> = { accepts: 'list of keys', parse: items };

const PACKAGE_PREFIX = '@opentelemetry/instrumentation-';

/** A list of instrumentations, by their short names or their packages' names. */
export const instrumentationNames: Parser<readonly string[]> = {
  accepts: 'list of names, such as `http,pg`',
  parse(value, complaints) {
    return items(value, complaints)?.map(shortName);
  },
};

/** Of an instrumentation, given that or its package's name. */
export function shortName(given: string): string {
  const name = given.toLowerCase();
  return name.startsWith(PACKAGE_PREFIX) ? name.slice(PACKAGE_PREFIX.length) : name;
}

/**
 * A list of words that fit `shape`, and `none` for none at all.
 * @param problem what one that doesn't fit is: "is no header name"
 * @param form makes a word's usual form
 */
export function wordsLike(
  accepts: string,
  shape: RegExp,
  problem: string,
  form: (word: string) => string = (word) => word,
): Parser<readonly string[]> {
  return {
    accepts,
    parse(value, complaints) {
      const given = items(value, complaints);
      if (given === undefined) return undefined;
      if (given.length === 1 && given[0]!.toLowerCase() === 'none') return [];
      const result: string[] = [];
      for (const item of given) {
        if (!shape.test(item)) complaints.invalid(problem, item);
        else if (!result.includes(form(item))) result.push(form(item));
      }
      return result.length > 0 || given.length === 0 ? result : undefined;
    },
  };
}

/** The trimmed, non-empty parts of a list given as text or as an array of text. An empty array is a list too. */
function items(value: unknown, complaints: Complaints): string[] | undefined {
  const parts = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) {
    complaints.invalid('is not a list of words');
    return undefined;
  }
  const result: string[] = [];
  for (const part of parts) {
    const trimmed = part.trim();
    if (trimmed !== '') result.push(trimmed);
  }
  if (result.length > 0 || parts.length === 0) return result;
  complaints.invalid('is an empty list');
  return undefined;
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
