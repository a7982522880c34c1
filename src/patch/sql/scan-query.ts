/**
 * Reads one SQL text once, from left to right, and writes it again without its literal values and comments.
 * Second station of a span's way: what `db.query.text` may say; the words go on to the query's summary.
 *
 * No regular expression looks at the text, no position is read more than a few times, and what can't be told
 * for sure (a quote that never closes, a quote that two server settings read differently) hides all that follows.
 * Literals are hidden under either reading: with and without `standard_conforming_strings` of PostgreSQL and
 * NO_BACKSLASH_ESCAPES of MySQL, where names in double quotes are hidden too. For SQL Server, QUOTED_IDENTIFIER is on.
 * What differs between databases is in dialect.ts.
 * Over 400 lines, because all that reads one text shares where it stands in it.
 */
import {
  BACKTICK,
  BRACKET,
  CLOSE,
  CLOSING_BRACKET,
  COMMA,
  classes,
  customStringEnd,
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
import { type Dialect, type Grammar, grammars, mayBeText } from './dialect';
import { QuerySummary } from './query-summary';

export type { Dialect } from './dialect';

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
  readonly #grammar: Grammar;
  readonly #mysql: boolean;
  readonly #postgresql: boolean;
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
    this.#grammar = grammars[dialect];
    this.#mysql = dialect === 'mysql';
    this.#postgresql = dialect === 'postgresql';
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
    const read = this.#pieces.join('');
    return read.length <= LONGEST_TEXT ? read : this.#shortened(read.length);
  }

  /** The blanks between MySQL's dashes can make a text longer than it came. */
  #shortened(length: number): string {
    const pieces = this.#pieces;
    for (let left = length; left > LONGEST_TEXT - CUT_MARK.length; ) left -= pieces.pop()!.length;
    return pieces.join('') + CUT_MARK;
  }

  #word(start: number): void {
    const text = this.#text;
    const end = wordEnd(text, start);
    if (end - start === 1 && text.charCodeAt(end) === QUOTE && this.#isStringPrefix(text.charCodeAt(start))) {
      // 69 is E without its bit of lower case.
      this.#string(end, QUOTE, this.#postgresql && (text.charCodeAt(start) & 0xdf) === 69);
      return;
    }
    const word = text.slice(start, end);
    if (this.#grammar.customQuotes && text.charCodeAt(end) === QUOTE && /^n?q$/i.test(word)) {
      this.#hide(customStringEnd(text, end));
      return;
    }
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
    return upper === 88 || upper === 66 || upper === 78 || (upper === 69 && this.#postgresql);
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
    if (code === QUOTE) this.#string(start, QUOTE, false);
    else if (code === DOUBLE_QUOTE && this.#mysql) this.#string(start, DOUBLE_QUOTE, false);
    else if (code === DOUBLE_QUOTE && this.#isText(start)) this.#string(start, DOUBLE_QUOTE, false);
    else if (code === DOUBLE_QUOTE) this.#quotedName(start, DOUBLE_QUOTE);
    else if (code === BACKTICK && this.#grammar.backticks) this.#quotedName(start, BACKTICK);
    else if (code === BRACKET && this.#grammar.brackets) this.#quotedName(start, CLOSING_BRACKET);
    else if (this.#grammar.parameters.includes(code) && isWord(next)) this.#parameter(start);
    else if (code === DOLLAR && this.#postgresql) this.#dollar(start, next);
    // $12.50 is money of SQL Server.
    else if (code === DOLLAR && isDigit(next)) this.#number(start);
    else if (code === DOLLAR) this.#word(start);
    else if (code === HASH && this.#mysql) this.#lineComment(start);
    else if (code === HASH && this.#grammar.brackets) this.#word(start);
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
      let at = start + 1;
      // ?1 of SQLite
      while (this.#grammar.parameters.length > 1 && isDigit(this.#text.charCodeAt(at))) at++;
      this.#at = at;
      this.#value(this.#text.slice(start, at));
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

  /** @param backslash whether it surely escapes: in E'…' */
  #string(start: number, quote: number, backslash: boolean): void {
    const text = this.#text;
    const doubtful = !backslash && (this.#postgresql || this.#mysql);
    this.#hide(
      doubtful
        ? plainStringEnd(text, start, quote, this.#postgresql && this.summary.afterEscape())
        : stringEnd(text, start, quote, backslash),
    );
  }

  /** A value that reaches to `end`, or what follows in whole where that can't be told. */
  #hide(end: number): void {
    this.#at = end === UNSURE ? this.#text.length : end;
    this.#value(HIDDEN);
  }

  /** Whether the double quote at `start` may open a string, which SQLite takes it for where no such name exists. */
  #isText(start: number): boolean {
    if (!this.#grammar.doubtfulQuotes) return false;
    const wanted = this.#list !== -1 && this.#listWantsValue;
    return mayBeText(this.#text, start, wanted, this.#pieces[this.#pieces.length - 1] ?? '', this.summary);
  }

  /** `:name`, `@name`, `$name`: it stays, as a placeholder. */
  #parameter(start: number): void {
    this.#at = wordEnd(this.#text, start);
    this.#value(this.#text.slice(start, this.#at));
  }

  #quotedName(start: number, quote: number): void {
    const end = stringEnd(this.#text, start, quote, false);
    if (end === UNSURE) {
      this.#hide(UNSURE);
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
    this.#hide(end === -1 ? UNSURE : end + mark.length);
  }

  #lineComment(start: number): void {
    const text = this.#text;
    let at = start + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || (code === 13 && this.#postgresql)) break;
      // Whether a carriage return of its own ends it isn't said anywhere.
      if (code === 13 && this.#grammar.doubtfulReturns && text.charCodeAt(at + 1) !== 10) {
        this.#hide(UNSURE);
        return;
      }
    }
    this.#skip(at);
  }

  #blockComment(start: number): void {
    const text = this.#text;
    const found = this.#grammar.nestedComments
      ? nestedCommentEnd(text, start) - 2
      : text.indexOf('*/', start + 2);
    const end = found === -1 ? text.length : found;
    const first = text.charCodeAt(start + 2);
    const second = text.charCodeAt(start + 3);
    // /*! … */, /*M! … */ and hints are code, whose strings may hold the end mark; by the server's version they are
    // comments. Where quotes or comments inside make the two differ, the rest can't be told.
    const code = this.#mysql && (first === 33 || first === PLUS || (first === 77 && second === 33));
    if (code && holdsQuotes(text, start + 2, end)) {
      this.#hide(UNSURE);
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
