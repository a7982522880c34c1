/**
 * Gathers a query's operations and their targets from its words, as they come out of the scanner: `SELECT users orders`.
 * Second station of a span's way: the span's name and `db.query.summary`.
 *
 * Spelling stays as the application wrote it, quotes too, as the convention asks:
 * https://opentelemetry.io/docs/specs/semconv/db/database-spans/#generating-a-summary-of-the-query
 */

/** Characters of a summary; what doesn't fit is left out whole. The convention's limit. */
export const LONGEST_SUMMARY = 255;
/** Parentheses that are followed; deeper ones hold no operation of interest. */
const DEEPEST = 32;

// What is done at one depth of parentheses.
const NOTHING = 0;
const SELECT = 1;
const DELETE = 2;
const UPDATE = 3;
const MERGE = 4;
const INSERT = 5;
const DEFINE = 6;
const GRANT = 7;
const ANOTHER = 8;

// What the next name would be.
const NO_TARGET = 0;
/** A table of a FROM list, unless a parenthesis makes it a function. */
const FROM_TARGET = 1;
/** A table or another object, whatever follows it. */
const PLAIN_TARGET = 2;
/** As FROM_TARGET, but a parenthesis holds the columns of a join. */
const USING_TARGET = 3;

const list = (words: string): Set<string> => new Set(words.split(' '));
/** Words that may stand between an operation and its target. */
const MODIFIERS = list(
  'OR TABLE TABLES ONLY LATERAL IF NOT EXISTS INTO CONCURRENTLY IGNORE LOW_PRIORITY HIGH_PRIORITY DELAYED QUICK FULL VERBOSE FREEZE ANALYZE',
);
/** Words that can't be a target unquoted, and mean that there is none. */
const NO_NAMES = list('SELECT SET WHERE VALUES VALUE DEFAULT OUTFILE DUMPFILE FROM ON WITH');
/** Words that end a FROM list. */
const ENDS_LIST = list(
  'WHERE GROUP ORDER HAVING LIMIT OFFSET FETCH UNION EXCEPT INTERSECT MINUS WINDOW FOR RETURNING VALUES SET',
);
/** Commands, beside SELECT, INSERT, UPDATE, DELETE, MERGE and definitions, that name one thing that they work on. */
const WITH_TARGET = list(
  'TRUNCATE LOCK CALL EXECUTE EXEC COPY ANALYZE VACUUM REINDEX DESCRIBE REFRESH CLUSTER',
);
/** Words between CREATE, ALTER or DROP and the kind of thing. */
const DEFINE_MODIFIERS = list(
  'OR REPLACE UNIQUE TEMP TEMPORARY UNLOGGED GLOBAL LOCAL FULLTEXT SPATIAL ONLINE OFFLINE IGNORE RECURSIVE',
);

export class QuerySummary {
  #text = '';
  #operations = 0;
  #targets = 0;
  #operation = '';
  #target = '';
  #full = false;

  #depth = 0;
  readonly #doing = new Uint8Array(DEEPEST + 1);
  /** Whether a comma at this depth parts two tables. */
  readonly #inList = new Uint8Array(DEEPEST + 1);
  #expect = NO_TARGET;
  /** The target being read, which a dot or a parenthesis may still change; empty for none. */
  #name = '';
  #nameIsFrom = false;
  #afterDot = false;
  #afterOpen = false;
  /** The last token, where it was a word; in upper case. */
  #word = '';
  #afterName = false;
  #start = true;
  /** CREATE, ALTER or DROP that waits for the kind of thing. */
  #define = '';
  /** Names of common table expressions: no tables of the database. Undefined outside of WITH. */
  #withNames: Set<string> | undefined;

  /** `{operation} {target} …`; empty where nothing was recognised. */
  get text(): string {
    return this.#text;
  }

  /** The operation, where the query has exactly one. */
  get operation(): string | undefined {
    return this.#operations === 1 ? this.#operation : undefined;
  }

  /** The target, where the query has exactly one operation and one target. */
  get collection(): string | undefined {
    return this.#operations === 1 && this.#targets === 1 ? this.#target : undefined;
  }

  /** The token before, in upper case, where it was a word; else empty. */
  get lastWord(): string {
    return this.#word;
  }

  /** Whether the token before was the word of `LIKE … ESCAPE '\'`. */
  afterEscape(): boolean {
    return this.#word === 'ESCAPE';
  }

  word(word: string, upper: string): void {
    const before = this.#word;
    const afterOpen = this.#afterOpen;
    if (this.#extendName(word)) return;
    this.#next();
    this.#word = upper;
    this.#afterName = true;
    const expect = this.#expect;
    if (expect !== NO_TARGET) {
      // UPDATE OR ROLLBACK t, of SQLite.
      if (MODIFIERS.has(upper) || before === 'OR') return;
      this.#expect = NO_TARGET;
      if (!NO_NAMES.has(upper)) {
        this.#startName(word, expect !== PLAIN_TARGET);
        return;
      }
    }
    const starts = this.#start;
    this.#start = false;
    if (this.#define !== '') this.#kindOfDefinition(word, upper);
    else this.#keyword(word, upper, before, starts, afterOpen);
  }

  quotedName(name: string): void {
    if (this.#extendName(name)) return;
    this.#next();
    this.#word = '';
    this.#afterName = true;
    this.#start = false;
    const expect = this.#expect;
    this.#expect = NO_TARGET;
    if (expect !== NO_TARGET) this.#startName(name, expect !== PLAIN_TARGET);
    else if (this.#readsWithNames()) this.#withNames!.add(name);
  }

  dot(): void {
    this.#afterDot = this.#afterName;
    this.#afterName = false;
    this.#afterOpen = false;
  }

  open(): void {
    // FROM generate_series(…) names a function.
    if (this.#nameIsFrom) this.#name = '';
    this.#next();
    const expect = this.#expect;
    this.#depth++;
    if (this.#depth <= DEEPEST) {
      // FROM (a JOIN b …): the list goes on inside; a SELECT there begins its own.
      const nested = expect === FROM_TARGET;
      this.#doing[this.#depth] = nested ? SELECT : NOTHING;
      this.#inList[this.#depth] = nested ? 1 : 0;
    }
    if (expect !== FROM_TARGET) this.#expect = NO_TARGET;
    this.#word = '';
    this.#afterOpen = true;
  }

  close(): void {
    this.other();
    if (this.#depth > 0) this.#depth--;
  }

  comma(): void {
    this.other();
    if (this.#depth <= DEEPEST && this.#inList[this.#depth] === 1) this.#expect = FROM_TARGET;
  }

  semicolon(): void {
    this.other();
    this.#depth = 0;
    this.#doing[0] = NOTHING;
    this.#inList[0] = 0;
    this.#withNames = undefined;
    this.#define = '';
    this.#start = true;
  }

  /** A literal, a placeholder, an operator. */
  other(): void {
    this.#next();
    this.#word = '';
    this.#expect = NO_TARGET;
    this.#start = false;
  }

  /** The text has ended. */
  end(): void {
    this.#next();
  }

  /** Goes on with `schema.` where a name follows it. */
  #extendName(name: string): boolean {
    if (!this.#afterDot) return false;
    this.#afterDot = false;
    this.#afterName = true;
    this.#word = '';
    if (this.#name !== '') this.#name += `.${name}`;
    return true;
  }

  #startName(name: string, from: boolean): void {
    this.#name = name;
    this.#nameIsFrom = from;
  }

  /** Another token than a dot: a name that was being read is complete. */
  #next(): void {
    const name = this.#name;
    this.#afterDot = false;
    this.#afterName = false;
    this.#afterOpen = false;
    this.#name = '';
    this.#nameIsFrom = false;
    if (name === '' || this.#withNames?.has(name)) return;
    if (this.#targets++ === 0) this.#target = name;
    this.#append(name);
  }

  #readsWithNames(): boolean {
    return this.#withNames !== undefined && this.#depth === 0 && this.#doing[0] === NOTHING;
  }

  #keyword(word: string, upper: string, before: string, starts: boolean, afterOpen: boolean): void {
    const depth = this.#depth;
    if (depth > DEEPEST) return;
    const doing = this.#doing[depth]!;
    switch (upper) {
      case 'SELECT':
        // GRANT SELECT ON …, CREATE POLICY … FOR SELECT: a privilege, no operation.
        if (doing === GRANT || (doing === DEFINE && (before === 'FOR' || before === 'ON'))) return;
        this.#begin(word, SELECT, NO_TARGET);
        return;
      case 'FROM':
        if (doing !== SELECT && doing !== DELETE && doing !== UPDATE) return;
        if (before === 'DISTINCT') return;
        this.#inList[depth] = 1;
        this.#expect = FROM_TARGET;
        return;
      case 'JOIN':
      case 'STRAIGHT_JOIN':
        if (doing !== NOTHING) this.#expect = FROM_TARGET;
        return;
      case 'USING':
        if (doing === DELETE || doing === MERGE) this.#expect = USING_TARGET;
        return;
      case 'INTO':
        if (doing === SELECT) this.#expect = PLAIN_TARGET;
        // INSERT is a function of MySQL as well: inside of parentheses INTO tells.
        else if (depth > 0 && doing === NOTHING && before === 'INSERT')
          this.#begin('INSERT', INSERT, PLAIN_TARGET);
        return;
    }
    if (ENDS_LIST.has(upper)) this.#inList[depth] = 0;
    if (doing === NOTHING && this.#manipulation(word, upper, depth === 0 || afterOpen)) return;
    if (starts && depth === 0) this.#command(word, upper);
    else if (this.#readsWithNames() && before !== 'AS' && upper !== 'AS') this.#withNames!.add(word);
    else if (upper === 'TRANSACTION' && before === 'START') this.#nameStart(word);
  }

  /** INSERT, UPDATE and the like, where an operation may begin. */
  #manipulation(word: string, upper: string, here: boolean): boolean {
    if (!here) return false;
    switch (upper) {
      case 'UPDATE':
        this.#begin(word, UPDATE, PLAIN_TARGET);
        this.#inList[this.#depth] = 1;
        return true;
      case 'DELETE':
        this.#begin(word, DELETE, NO_TARGET);
        return true;
      case 'MERGE':
        this.#begin(word, MERGE, PLAIN_TARGET);
        return true;
      case 'INSERT':
      case 'REPLACE':
        if (this.#depth > 0) return false;
        this.#begin(word, INSERT, PLAIN_TARGET);
        return true;
      default:
        return false;
    }
  }

  /** The first word of a statement. */
  #command(word: string, upper: string): void {
    if (upper === 'WITH') {
      this.#withNames = new Set();
    } else if (upper === 'CREATE' || upper === 'ALTER' || upper === 'DROP') {
      this.#define = word;
      this.#doing[0] = DEFINE;
    } else if (upper === 'EXPLAIN') {
      this.#operate(word);
    } else if (upper === 'GRANT' || upper === 'REVOKE') {
      this.#begin(word, GRANT, NO_TARGET);
    } else {
      this.#begin(word, ANOTHER, WITH_TARGET.has(upper) ? PLAIN_TARGET : NO_TARGET);
      if (upper === 'TRUNCATE') this.#inList[0] = 1;
    }
  }

  /** CREATE TABLE, DROP INDEX: the kind of thing belongs to the operation. Names of users stay out. */
  #kindOfDefinition(word: string, upper: string): void {
    if (DEFINE_MODIFIERS.has(upper)) return;
    if (upper === 'MATERIALIZED' || upper === 'FOREIGN') {
      this.#define += ` ${word}`;
      return;
    }
    this.#operate(`${this.#define} ${word}`);
    // DROP TABLE a, b
    if (this.#define === 'DROP' || this.#define === 'drop') this.#inList[0] = 1;
    this.#define = '';
    if (upper === 'USER' || upper === 'ROLE' || upper === 'GROUP') return;
    this.#expect = PLAIN_TARGET;
  }

  /** START TRANSACTION is one operation of two words. */
  #nameStart(word: string): void {
    if (this.#operations !== 1 || this.#full) return;
    this.#operation += ` ${word}`;
    this.#append(word);
  }

  #begin(word: string, doing: number, expect: number): void {
    this.#doing[this.#depth] = doing;
    this.#inList[this.#depth] = 0;
    this.#expect = expect;
    this.#operate(word);
  }

  #operate(word: string): void {
    if (this.#operations++ === 0) this.#operation = word;
    this.#append(word);
  }

  #append(part: string): void {
    const length = this.#text.length === 0 ? part.length : this.#text.length + 1 + part.length;
    if (this.#full || length > LONGEST_SUMMARY) {
      this.#full = true;
      return;
    }
    this.#text = this.#text.length === 0 ? part : `${this.#text} ${part}`;
  }
}
