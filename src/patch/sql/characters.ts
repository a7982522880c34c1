/**
 * The characters of SQL, and where what they open ends: strings, quoted names, words, comments.
 * Second station of a span's way; the scanner's eyes. Each function reads forward once and never throws.
 */

// Classes of characters below 128; everything above may stand in a name.
export const SPACE = 0;
export const WORD = 1;
export const DIGIT = 2;
export const SIGN = 3;
export const OTHER = 4;
export const classes = new Uint8Array(128).fill(OTHER);
for (let code = 0; code <= 32; code++) classes[code] = SPACE;
for (let code = 48; code <= 57; code++) classes[code] = DIGIT;
for (let code = 65; code <= 90; code++) classes[code] = classes[code + 32] = WORD;
classes[95] = WORD;
for (const sign of `'"\`$#-/.(),;?+[:@`) classes[sign.charCodeAt(0)] = SIGN;

export const DOUBLE_QUOTE = 34;
export const HASH = 35;
export const DOLLAR = 36;
export const QUOTE = 39;
export const OPEN = 40;
export const CLOSE = 41;
export const STAR = 42;
export const PLUS = 43;
export const COMMA = 44;
export const MINUS = 45;
export const DOT = 46;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const QUESTION = 63;
export const AT_SIGN = 64;
export const BRACKET = 91;
const BACKSLASH = 92;
export const CLOSING_BRACKET = 93;
export const BACKTICK = 96;

/** Returned where nothing closes what was opened, or where that can't be told. */
export const UNSURE = -1;

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Letters, digits, the underscore and everything above ASCII. */
export function isWord(code: number): boolean {
  return code >= 128 || classes[code] === WORD || classes[code] === DIGIT;
}

export function isNameEnd(code: number): boolean {
  return isWord(code) || code === DOUBLE_QUOTE || code === BACKTICK;
}

export function wordEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && (isWord(text.charCodeAt(at)) || text.charCodeAt(at) === DOLLAR)) at++;
  return at;
}

/** Where what the quote at `start` opens has ended; a doubled quote doesn't end it. */
export function stringEnd(text: string, start: number, quote: number, backslash: boolean): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH && backslash) at++;
    else if (code === quote) {
      if (text.charCodeAt(at + 1) !== quote) return at + 1;
      at++;
    }
  }
  return UNSURE;
}

/**
 * Where the literal that the quote at `start` opens has ended. A backslash before a quote ends it or doesn't, by a
 * setting of the session (PostgreSQL's `standard_conforming_strings`, MySQL's NO_BACKSLASH_ESCAPES) or by an E'…' that
 * goes on in this line: UNSURE then, except for the `ESCAPE '\'` that ORMs write for PostgreSQL.
 */
export function plainStringEnd(text: string, start: number, quote: number, afterEscape: boolean): number {
  if (text.charCodeAt(start + 1) === BACKSLASH && text.charCodeAt(start + 2) === quote) {
    return afterEscape && text.charCodeAt(start + 3) !== quote ? start + 3 : UNSURE;
  }
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    if (code === BACKSLASH && next === quote) return UNSURE;
    if (code === quote && next !== quote) return at + 1;
    if (code === quote || (code === BACKSLASH && next === BACKSLASH)) at++;
  }
  return UNSURE;
}

/** Comments that nest, as those of PostgreSQL and SQL Server. */
export function nestedCommentEnd(text: string, start: number): number {
  let depth = 1;
  for (let at = start + 2; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    if (code === STAR && next === SLASH) {
      at++;
      if (--depth === 0) return at + 1;
    } else if (code === SLASH && next === STAR) {
      at++;
      depth++;
    }
  }
  return text.length;
}

export function holdsQuotes(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE || code === DOUBLE_QUOTE || code === BACKTICK || code === HASH) return true;
    if (code === SLASH && text.charCodeAt(at + 1) === STAR) return true;
    if (code === MINUS && text.charCodeAt(at + 1) === MINUS) return true;
  }
  return false;
}

/** Where Oracle's `'[…]'` behind a `q` has ended; `start` is that of its quote. */
export function customStringEnd(text: string, start: number): number {
  const open = text.charAt(start + 1);
  const pair = '([{<'.indexOf(open);
  const end = text.indexOf(`${pair === -1 || open === '' ? open : ')]}>'.charAt(pair)}'`, start + 2);
  return open === '' || end === -1 ? UNSURE : end + 2;
}

/** `at`, or one less where it would part a pair of surrogates. */
export function cutBefore(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd800 && code <= 0xdbff ? at - 1 : at;
}
