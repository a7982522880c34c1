/**
 * What a parser of one setting is, and how it says what it doesn't like.
 * Beside a span's way: the options table names a parser for each row.
 */

/** A snapshot of environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Takes a parser's complaints; each becomes one line on stderr. */
export interface Complaints {
  /** For values that name other variables, as JAEGER_TAGS does. */
  readonly env: Environment;
  /** @param problem follows the value: "is not a host name"; `part` is shown in place of the whole value */
  invalid(problem: string, part?: unknown): void;
  /** A value that a later version supports. */
  notYet(part?: unknown): void;
}

/**
 * Makes a setting's value of text (from the environment) or of any value (from code or the file).
 * Undefined means that it can't be used, after a complaint; a complaint beside a value means that part of it was left out.
 * Never throws.
 */
export interface Parser<T> {
  parse(value: unknown, complaints: Complaints): T | undefined;
  /** For the documentation: what is accepted. */
  readonly accepts: string;
  /** The limits of a number, both accepted. */
  readonly minimum?: number;
  readonly maximum?: number;
}
