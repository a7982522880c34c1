/**
 * Reads one SQL text once, from left to right, and writes it again without its literal values and comments.
 * Second station of a span's way: what `db.query.text` may say; the words go on to the query's summary.
 *
 * No regular expression looks at the text, no position is read more than a few times, and what can't be told
 * for sure (a quote that never closes, a quote that two server settings read differently) hides all that follows.
 * The literals are those of a server in its default settings: `standard_conforming_strings` on for PostgreSQL,
 * neither NO_BACKSLASH_ESCAPES nor ANSI_QUOTES for MySQL (under the latter, quoted names are hidden as well).
 */
import {
  BACKTICK,
  CLOSE,
  COMMA,
  classes,
  cutBefore,
  DIGIT,
  DOLLAR,
  DOT,
  DOUBLE_QUOTE,
  HASH,
  holdsQuotes,
  isDigit,
  isNameEnd,
  isWord,
  MINUS,
  nestedCommentEnd,
  OPEN,
  OTHER,
  PLUS,
  plainStringEnd,
  QUESTION,
  QUOTE,
  SEMICOLON,
  SIGN,
  SLASH,
  SPACE,
  STAR,
  stringEnd,
  UNSURE,
  WORD,
  wordEnd,
} from './characters';
import { QuerySummary } from './query-summary';

export type Dialect = 'postgresql' | 'mysql';

/** Characters of a text that are read, and the most that come out; of a longer text the rest becomes CUT_MARK. */
export const LONGEST_TEXT = 4096;
export const CUT_MARK = '…';
const HIDDEN = '?';

// What the token before decides about an opening parenthesis: whether a list that may shrink starts there.
const PLAIN = 0;
const AFTER_IN = 1;
const AFTER_VALUES = 2;
const INSIDE_IN = 3;
const NEXT_TUPLE = 4;

/** Rewrites one text; made for it and thrown away, since only texts that the cache doesn't hold come here. */
export class QueryScanner {
  readonly summary = new QuerySummary();
  readonly #text: string;
  readonly #mysql: boolean;
  readonly #cut: boolean;
  readonly #pieces: string[] = [];
  #at = 0;
  /** A blank goes before the next piece: runs of white space and comments become one. */
  #blank = false;
  #before = PLAIN;
  /** How many pieces there were where the list began that may shrink to one value, or -1. */
  #list = -1;
  #listIsTuple = false;
  #listWantsValue = true;
  /** How many pieces there were after a tuple that shrank; the equal tuples that follow it go. -1 for none. */
  #tuple = -1;

  constructor(text: string, dialect: Dialect) {
    this.#mysql = dialect === 'mysql';
    this.#cut = text.length > LONGEST_TEXT;
    this.#text = this.#cut ? text.slice(0, cutBefore(text, LONGEST_TEXT - CUT_MARK.length)) : text;
  }

  /** The text without its values; at most LONGEST_TEXT characters, and the same again when it is read again. */
  read(): string {
    const text = this.#text;
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      const kind = code < 128 ? classes[code]! : WORD;
      if (kind === SPACE) {
        this.#blank = true;
        this.#at++;
        continue;
      }
      const start = this.#at;
      if (kind === WORD) this.#word(start);
      else if (kind === DIGIT) this.#number(start);
      else if (kind === SIGN) this.#sign(code, start);
      else this.#operator(start);
    }
    if (this.#cut) {
      this.#shrinkCutList();
      this.#pieces.push(CUT_MARK);
    }
    this.summary.end();
    return this.#pieces.join('');
  }

  #word(start: number): void {
    const text = this.#text;
    const end = wordEnd(text, start);
    if (end - start === 1 && text.charCodeAt(end) === QUOTE && this.#isStringPrefix(text.charCodeAt(start))) {
      // 69 is E without its bit of lower case.
      this.#string(end, QUOTE, !this.#mysql && (text.charCodeAt(start) & 0xdf) === 69);
      return;
    }
    const word = text.slice(start, end);
    this.#at = end;
    const upper = word.length <= 20 ? word.toUpperCase() : word;
    if (
      this.#list !== -1 &&
      (upper === 'NULL' || upper === 'TRUE' || upper === 'FALSE' || upper === 'DEFAULT')
    ) {
      this.#value(word);
      return;
    }
    this.#push(word);
    if (upper === 'IN') this.#before = AFTER_IN;
    else if (upper === 'VALUES' || upper === 'VALUE') this.#before = AFTER_VALUES;
    this.summary.word(word, upper);
  }

  /** X'…', B'…', N'…', and E'…' of PostgreSQL. */
  #isStringPrefix(code: number): boolean {
    const upper = code & 0xdf;
    return upper === 88 || upper === 66 || upper === 78 || (upper === 69 && !this.#mysql);
  }

  #number(start: number): void {
    const text = this.#text;
    let at = start + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === DOT || (code < 128 && (classes[code] === DIGIT || classes[code] === WORD))) continue;
      // 1e-5: a sign belongs to the number after the letter E where a digit follows.
      const exponent = (text.charCodeAt(at - 1) & 0xdf) === 69 && (code === PLUS || code === MINUS);
      if (!exponent || !isDigit(text.charCodeAt(at + 1))) break;
    }
    this.#at = at;
    this.#value(HIDDEN);
  }

  #operator(start: number): void {
    const text = this.#text;
    let at = start + 1;
    while (at < text.length && text.charCodeAt(at) < 128 && classes[text.charCodeAt(at)] === OTHER) at++;
    this.#at = at;
    this.#push(text.slice(start, at));
    this.summary.other();
  }

  #sign(code: number, start: number): void {
    const text = this.#text;
    const next = text.charCodeAt(start + 1);
    if (code === QUOTE) this.#string(start, QUOTE, this.#mysql);
    else if (code === DOUBLE_QUOTE && this.#mysql) this.#string(start, DOUBLE_QUOTE, true);
    else if (code === DOUBLE_QUOTE) this.#quotedName(start, DOUBLE_QUOTE);
    else if (code === BACKTICK && this.#mysql) this.#quotedName(start, BACKTICK);
    else if (code === DOLLAR && this.#mysql) this.#word(start);
    else if (code === DOLLAR) this.#dollar(start, next);
    else if (code === HASH && this.#mysql) this.#lineComment(start);
    // MySQL takes two dashes for a comment only where white space or a control character follows.
    else if (code === MINUS && next === MINUS && (!this.#mysql || text.charCodeAt(start + 2) <= 32))
      this.#lineComment(start);
    else if (code === MINUS || code === PLUS) this.#plusOrMinus(start);
    else if (code === SLASH && next === STAR) this.#blockComment(start);
    // t.5 is a name of MySQL's; .5 is a number.
    else if (code === DOT && isDigit(next) && !isNameEnd(text.charCodeAt(start - 1))) this.#number(start);
    else this.#mark(code, start);
  }

  /** A sign that is what it seems. */
  #mark(code: number, start: number): void {
    if (code === QUESTION) {
      this.#at = start + 1;
      this.#value('?');
    } else if (code === OPEN) {
      this.#open();
    } else if (code === CLOSE) {
      this.#close();
    } else if (code === COMMA) {
      this.#comma();
    } else if (code === DOT) {
      this.#at = start + 1;
      this.#push('.');
      this.summary.dot();
    } else if (code === SEMICOLON) {
      this.#at = start + 1;
      this.#push(';');
      this.summary.semicolon();
    } else {
      this.#operator(start);
    }
  }

  /** A sign before a value doesn't make a list of values anything else. */
  #plusOrMinus(start: number): void {
    const list = this.#listWantsValue ? this.#list : -1;
    const tuple = this.#tuple;
    const sign = this.#text.charAt(start);
    this.#at = start + 1;
    // Two dashes that are no comment to MySQL must not become one before a blank.
    if (this.#mysql && sign === '-' && this.#pieces[this.#pieces.length - 1] === '-') this.#blank = true;
    this.#push(sign);
    this.#list = list;
    if (list !== -1) this.#tuple = tuple;
    this.summary.other();
  }

  #string(start: number, quote: number, backslash: boolean): void {
    const text = this.#text;
    const end =
      this.#mysql || backslash
        ? stringEnd(text, start, quote, backslash)
        : plainStringEnd(text, start, this.summary.afterEscape());
    this.#at = end === UNSURE ? text.length : end;
    this.#value(HIDDEN);
  }

  #quotedName(start: number, quote: number): void {
    const end = stringEnd(this.#text, start, quote, false);
    if (end === UNSURE) {
      this.#at = this.#text.length;
      this.#value(HIDDEN);
      return;
    }
    const name = this.#text.slice(start, end);
    this.#at = end;
    this.#push(name);
    this.summary.quotedName(name);
  }

  /** `$1` stays, `$tag$ … $tag$` is a literal of PostgreSQL. */
  #dollar(start: number, next: number): void {
    const text = this.#text;
    if (isDigit(next)) {
      let at = start + 2;
      while (isDigit(text.charCodeAt(at))) at++;
      this.#at = at;
      this.#value(text.slice(start, at));
      return;
    }
    let tag = start + 1;
    while (tag < text.length && isWord(text.charCodeAt(tag))) tag++;
    if (text.charCodeAt(tag) !== DOLLAR) {
      this.#at = start + 1;
      this.#push('$');
      this.summary.other();
      return;
    }
    const mark = text.slice(start, tag + 1);
    const end = text.indexOf(mark, tag + 1);
    this.#at = end === -1 ? text.length : end + mark.length;
    this.#value(HIDDEN);
  }

  #lineComment(start: number): void {
    const text = this.#text;
    let at = start + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || (code === 13 && !this.#mysql)) break;
    }
    this.#skip(at);
  }

  #blockComment(start: number): void {
    const text = this.#text;
    const found = this.#mysql ? text.indexOf('*/', start + 2) : nestedCommentEnd(text, start) - 2;
    const end = found === -1 ? text.length : found;
    const first = text.charCodeAt(start + 2);
    const second = text.charCodeAt(start + 3);
    // /*! … */, /*M! … */ and hints are code, whose strings may hold the end mark; by the server's version they are
    // comments. Where quotes or comments inside make the two differ, the rest can't be told.
    const code = this.#mysql && (first === 33 || first === PLUS || (first === 77 && second === 33));
    if (code && holdsQuotes(text, start + 2, end)) {
      this.#at = text.length;
      this.#value(HIDDEN);
      return;
    }
    this.#skip(end + 2);
  }

  /** Leaves a comment out; like white space, it keeps the words around it apart. */
  #skip(to: number): void {
    this.#at = to;
    this.#blank = true;
  }

  #push(piece: string): void {
    this.#space();
    this.#pieces.push(piece);
    this.#before = PLAIN;
    this.#list = -1;
    this.#tuple = -1;
  }

  #space(): void {
    if (this.#blank && this.#pieces.length > 0) this.#pieces.push(' ');
    this.#blank = false;
  }

  /** A literal, or a placeholder: what a list that may shrink is made of. */
  #value(piece: string): void {
    const list = this.#listWantsValue ? this.#list : -1;
    const tuple = this.#tuple;
    this.#push(piece);
    this.#list = list;
    this.#listWantsValue = false;
    if (list !== -1) this.#tuple = tuple;
    this.summary.other();
  }

  #open(): void {
    const before = this.#before;
    const tuple = before === NEXT_TUPLE ? this.#tuple : -1;
    this.#at++;
    this.#push('(');
    this.summary.open();
    if (before === PLAIN) return;
    this.#list = this.#pieces.length;
    this.#listWantsValue = true;
    this.#listIsTuple = before !== AFTER_IN;
    this.#tuple = tuple;
    if (before === AFTER_IN) this.#before = INSIDE_IN;
  }

  #comma(): void {
    const list = this.#listWantsValue ? -1 : this.#list;
    const tuple = this.#tuple;
    const afterTuple = this.#list === -1 && tuple !== -1;
    this.#at++;
    this.#push(',');
    this.summary.comma();
    this.#list = list;
    this.#listWantsValue = true;
    if (list !== -1 || afterTuple) this.#tuple = tuple;
    if (afterTuple) this.#before = NEXT_TUPLE;
  }

  #close(): void {
    const list = this.#listWantsValue ? -1 : this.#list;
    const tuple = this.#tuple;
    this.#at++;
    this.summary.close();
    if (list === -1) {
      this.#push(')');
      return;
    }
    this.#blank = false;
    if (this.#listIsTuple && tuple !== -1) {
      this.#pieces.length = tuple;
    } else {
      this.#pieces.length = list;
      this.#pieces.push(HIDDEN, ')');
    }
    this.#list = -1;
    this.#before = PLAIN;
    this.#tuple = this.#listIsTuple ? this.#pieces.length : -1;
  }

  /** A list too long to be read to its end shrinks as well: long lists are what most long texts are made of. */
  #shrinkCutList(): void {
    if (this.#list === -1) return;
    if (this.#listIsTuple && this.#tuple !== -1) this.#pieces.length = this.#tuple;
    else if (this.#pieces.length > this.#list) {
      this.#pieces.length = this.#list;
      this.#pieces.push(HIDDEN);
    }
  }
}
