/**
 * Says what a Redis command was, without anything it was given: operation name and query text, for one command or a batch.
 * Second station of a span's way, shared by the patches of ioredis and node-redis.
 */

/** `?` marks shown; a command of more arguments says how many more there were. */
const MOST_MARKS = 4;
/** Different command names remembered; Redis and its modules have about 500. */
const MOST_NAMES = 1000;
/** Different commands of a batch listed in its text. */
const MOST_LISTED = 10;
/** Anything else in a command's place (`GET key` as one string) may hold a value, and is not shown. */
const COMMAND = /^[A-Za-z_][\w.-]{0,47}$/;

const names = new Map<string, string>();

/** `get` → `GET`; the empty string for what can't be a command's name. */
export function operationName(command: string): string {
  let name = names.get(command);
  if (name === undefined) {
    name = COMMAND.test(command) ? command.toUpperCase() : '';
    if (names.size < MOST_NAMES) names.set(command, name);
  }
  return name;
}

/**
 * `SET`, 2 → `SET ? ?`; `MGET`, 9 → `MGET ? ? ? ? [5 more]`. No argument is looked at: even a first one may be a
 * password (AUTH), a script (EVAL) or a key that names a customer.
 */
export function queryText(operation: string, argumentCount: number): string {
  if (argumentCount <= MOST_MARKS) return operation + ' ?'.repeat(Math.max(0, argumentCount));
  return `${operation}${' ?'.repeat(MOST_MARKS)} [${argumentCount - MOST_MARKS} more]`;
}

/** The commands that one MULTI or one pipeline sends together. */
export class Batch {
  readonly kind: 'MULTI' | 'PIPELINE';
  size = 0;
  #operation = '';
  #oneOperation = true;
  #oneText = true;
  readonly #texts: string[] = [];

  constructor(kind: 'MULTI' | 'PIPELINE') {
    this.kind = kind;
  }

  add(command: string, argumentCount: number): void {
    const operation = operationName(command);
    const text = operation === '' ? '?' : queryText(operation, argumentCount);
    if (this.size++ === 0) this.#operation = operation;
    else {
      if (operation !== this.#operation) this.#oneOperation = false;
      if (text !== this.#texts[0]) this.#oneText = false;
    }
    if (this.#texts.length < MOST_LISTED) this.#texts.push(text);
  }

  /**
   * `PIPELINE GET` where all commands are the same, else `PIPELINE`; a batch of one is that one command.
   * https://opentelemetry.io/docs/specs/semconv/db/redis/
   */
  get operation(): string {
    if (this.size === 1) return this.#operation;
    return this.#oneOperation && this.#operation !== '' ? `${this.kind} ${this.#operation}` : this.kind;
  }

  /** The common text where all commands have the same one, else the texts of the first ten. */
  get text(): string {
    if (this.#oneText) return this.#texts[0] ?? '';
    const more = this.size - this.#texts.length;
    return this.#texts.join('; ') + (more > 0 ? `; [${more} more]` : '');
  }
}
