/**
 * What the databases' ways of writing SQL differ in, as far as it decides where a value begins and ends.
 * Second station of a span's way, read by the scanner.
 */
import { AT_SIGN, COLON, DOLLAR, DOT, isDigit, stringEnd, UNSURE } from './characters';
import type { QuerySummary } from './query-summary';

/** By the names that `db.system.name` has; MariaDB's is MySQL's. */
export type Dialect = 'postgresql' | 'mysql' | 'sqlite' | 'microsoft.sql_server' | 'oracle.db';

export interface Grammar {
  readonly backticks: boolean;
  /** `[name]`; where it is SQL Server's, `#name` is one as well. */
  readonly brackets: boolean;
  readonly nestedComments: boolean;
  /** `q'[…]'` */
  readonly customQuotes: boolean;
  /** Whether `"…"` is a string where there is no such name. */
  readonly doubtfulQuotes: boolean;
  /** Whether a carriage return alone may end a comment. */
  readonly doubtfulReturns: boolean;
  /** The signs that a placeholder's name follows. */
  readonly parameters: readonly number[];
}

const plain: Grammar = {
  backticks: false,
  brackets: false,
  nestedComments: false,
  customQuotes: false,
  doubtfulQuotes: false,
  doubtfulReturns: false,
  parameters: [],
};

export const grammars: Record<Dialect, Grammar> = {
  postgresql: { ...plain, nestedComments: true },
  mysql: { ...plain, backticks: true },
  // https://sqlite.org/lang_keywords.html, https://sqlite.org/quirks.html#dblquote
  sqlite: {
    ...plain,
    backticks: true,
    brackets: true,
    doubtfulQuotes: true,
    parameters: [COLON, AT_SIGN, DOLLAR],
  },
  'microsoft.sql_server': {
    ...plain,
    brackets: true,
    nestedComments: true,
    doubtfulReturns: true,
    parameters: [AT_SIGN],
  },
  'oracle.db': { ...plain, customQuotes: true, doubtfulReturns: true, parameters: [COLON] },
};

/** Words that a value follows more often than a name. */
const BEFORE_VALUES = new Set(
  'LIKE GLOB MATCH REGEXP BETWEEN THEN ELSE ESCAPE IS NOT LIMIT OFFSET DEFAULT'.split(' '),
);

// Not a comment.
const COMPARES = /^(?:[=<>!|&+*%~]|-(?!-)|\/(?!\*)|(?:IS|IN|NOT|LIKE|GLOB|BETWEEN|MATCH|REGEXP|COLLATE)\b)/i;
const OPERATOR = /[=<>!|&+/%~-]$/;

/**
 * Whether SQLite's `"…"` at `start` stands where a value may. A name that is hidden is a small loss.
 * @param wanted whether a list of values stands open and waits for one
 * @param before the piece of text before it
 */
export function mayBeText(
  text: string,
  start: number,
  wanted: boolean,
  before: string,
  summary: QuerySummary,
): boolean {
  if (before === '.') return false;
  // PRAGMA key = "…"
  if (summary.operation?.toUpperCase() === 'PRAGMA') return true;
  let after = stringEnd(text, start, text.charCodeAt(start), false);
  if (after === UNSURE) return true;
  while (text.charCodeAt(after) <= 32) after++;
  const next = text.charCodeAt(after);
  if (next === DOT && !isDigit(text.charCodeAt(after + 1))) return false;
  if (wanted || BEFORE_VALUES.has(summary.lastWord)) return true;
  // BETWEEN "…" AND "…", unless a comparison follows.
  if (summary.lastWord === 'AND') return !COMPARES.test(text.slice(after, after + 10));
  // A comma and parentheses part names as well, so only an operator tells.
  return summary.lastWord === '' && OPERATOR.test(before);
}
