/**
 * Reads the page's text query, `service=shop AND (duration>100ms OR error=true) NOT operation=GET*`, into conditions.
 * After a span's way: the first half of a search. The language is described in docs/viewer-api.md.
 */
import { parseDuration } from './duration';

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~';

interface Comparison {
  field: string;
  operator: Operator;
  value: string;
  /** Of a value with `*`. */
  pattern?: RegExp;
  /** Of a pattern that is a text and then `*`: compared without making a text of each value. */
  prefix?: string;
  /** Of a value with `*`: the texts between the stars. */
  parts?: string[];
  number?: number;
}

/** What a span has to fulfil. */
export type Condition =
  | { kind: 'and' | 'or'; of: Condition[] }
  | { kind: 'not'; of: Condition }
  | ({ kind: 'term' } & Comparison)
  /** A tag, also where its key is one of `FIELDS`. */
  | ({ kind: 'tag' } & Comparison)
  | { kind: 'text'; text: string };

export type Term = Extract<Condition, { kind: 'term' | 'tag' }>;

/** What is no tag. */
export const FIELDS = [
  'service',
  'operation',
  'duration',
  'error',
  'kind',
  'root',
  'traceID',
  'spanID',
  'trace.duration',
  'trace.spans',
  'trace.errors',
  'trace.service',
] as const;
const DURATIONS = new Set(['duration', 'trace.duration']);
const NUMBERS = new Set(['trace.spans', 'trace.errors']);
const BOOLEANS = new Set(['error', 'root']);

/** The query can't be read; `position` counts characters from 0. */
export class QueryError extends Error {
  override readonly name = 'QueryError';

  constructor(
    message: string,
    readonly position: number,
    readonly length: number,
  ) {
    super(message);
  }
}

interface Token {
  /** `word` is a value, `"…"` too. */
  sort: 'word' | 'quoted' | 'operator' | '(' | ')' | '-' | 'end';
  text: string;
  at: number;
  end: number;
}

/** A query deeper than this is nobody's. */
const MAX_DEPTH = 50;
const MAX_LENGTH = 10_000;

/** @returns undefined for a query that is empty and so asks for everything */
export function parseQuery(text: string): Condition | undefined {
  if (text.length > MAX_LENGTH) throw new QueryError(`longer than ${MAX_LENGTH} characters`, MAX_LENGTH, 1);
  const parser = new Parser(tokens(text));
  return parser.whole();
}

class Parser {
  private index = 0;
  private depth = 0;

  constructor(private readonly tokens: Token[]) {}

  whole(): Condition | undefined {
    if (this.token.sort === 'end') return undefined;
    const condition = this.or();
    // Whatever else there is would have become part of the condition.
    if (this.token.text === ')') throw this.wrong('no "(" for this ")"');
    return condition;
  }

  private get token(): Token {
    return this.tokens[this.index]!;
  }

  private or(): Condition {
    if (++this.depth > MAX_DEPTH) throw this.wrong(`deeper than ${MAX_DEPTH} parentheses`);
    const of = [this.and()];
    while (this.keyword('OR')) {
      this.index++;
      of.push(this.and());
    }
    this.depth--;
    return of.length === 1 ? of[0]! : { kind: 'or', of };
  }

  private and(): Condition {
    const of = [this.not()];
    for (;;) {
      if (this.keyword('AND')) {
        this.index++;
        of.push(this.not());
      } else if (this.token.sort === 'end' || this.token.sort === ')' || this.keyword('OR')) break;
      else of.push(this.not());
    }
    return of.length === 1 ? of[0]! : { kind: 'and', of };
  }

  private not(): Condition {
    let negated = false;
    while (this.keyword('NOT') || this.token.sort === '-') {
      negated = !negated;
      this.index++;
    }
    const condition = this.term();
    return negated ? { kind: 'not', of: condition } : condition;
  }

  private term(): Condition {
    const { token } = this;
    if (token.sort === '(') {
      this.index++;
      const condition = this.or();
      if (this.token.sort !== ')') throw this.wrong('a ")" is missing');
      this.index++;
      return condition;
    }
    if (token.sort !== 'word' && token.sort !== 'quoted') throw this.wrong('a field or a word is missing');
    if (this.keyword('AND') || this.keyword('OR')) throw this.wrong(`nothing before ${token.text}`);
    this.index++;
    if (this.token.sort !== 'operator') return { kind: 'text', text: unescaped(token.text) };
    const operator = this.token.text as Operator;
    this.index++;
    const value = this.token;
    if (value.sort !== 'word' && value.sort !== 'quoted')
      throw this.wrong(`a value after ${token.text}${operator} is missing`);
    this.index++;
    return makeTerm(token, operator, value);
  }

  private keyword(word: string): boolean {
    return this.token.sort === 'word' && this.token.text.toUpperCase() === word;
  }

  private wrong(message: string): QueryError {
    const { at, end, text, sort } = this.token;
    return new QueryError(sort === 'end' ? `${message} at the end` : `${message}: ${text}`, at, end - at);
  }
}

function makeTerm(name: Token, operator: Operator, value: Token): Condition {
  const wrong = (message: string) => new QueryError(message, value.at, value.end - value.at);
  const field = name.text === 'name' ? 'operation' : name.text;
  const isField = name.sort === 'word' && (FIELDS as readonly string[]).includes(field);
  const plain = unescaped(value.text);
  const tag = field.startsWith('tag.') && (FIELDS as readonly string[]).includes(field.slice(4));
  const term: Term = {
    kind: isField ? 'term' : 'tag',
    field: tag ? field.slice(4) : field,
    operator,
    value: plain,
  };
  if (isField && DURATIONS.has(field)) {
    const duration = /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : parseDuration(plain);
    if (duration === undefined) throw wrong(`no duration such as 100ms, 1.5s or 20us: ${plain}`);
    return { ...term, number: duration };
  }
  const isNumber = plain !== '' && Number.isFinite(Number(plain));
  if (isField && NUMBERS.has(field) && !isNumber) throw wrong(`no number: ${plain}`);
  if (isField && BOOLEANS.has(field) && plain !== 'true' && plain !== 'false')
    throw wrong(`neither true nor false: ${plain}`);
  if (!NUMBERS.has(field) || !isField) {
    const ordered = operator !== '=' && operator !== '!=' && operator !== '~';
    if (ordered && isField) throw new QueryError(`${field} can't be compared with ${operator}`, value.at, 1);
    if (ordered && !isNumber) throw wrong(`${operator} compares numbers: ${plain}`);
  }
  if (isNumber) term.number = Number(plain);
  const pattern = operator === '=' || operator === '!=' ? patternOf(value.text) : undefined;
  if (pattern === undefined) return term;
  const prefix = /^[^*\\]+(?=\*$)/.exec(value.text)?.[0];
  return { ...term, pattern, parts: value.text.split(/[*\\]/), ...(prefix !== undefined && { prefix }) };
}

/** `*` is any text, `\*` a star; undefined where there is no `*`. */
function patternOf(text: string): RegExp | undefined {
  if (!/(^|[^\\])(\\\\)*\*/.test(text)) return undefined;
  let source = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === '\\' && index + 1 < text.length) source += escaped(text[++index]!);
    else if (character !== '*') source += escaped(character);
    // Stars side by side would make the match slow for nothing.
    else if (!source.endsWith('.*')) source += '.*';
  }
  return new RegExp(`^${source}$`, 's');
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  const add = (sort: Token['sort'], at: number, end: number, value = text.slice(at, end)) =>
    found.push({ sort, text: value, at, end });
  for (let at = 0; at < text.length; ) {
    const character = text[at]!;
    if (/\s/.test(character)) at++;
    else if (character === '(' || character === ')') add(character, at, ++at);
    else if (character === '"') {
      const match = /^"((?:\\.|[^"\\])*)"/s.exec(text.slice(at));
      if (match === null) throw new QueryError('a quote is not closed', at, text.length - at);
      add('quoted', at, at + match[0].length, match[1]!);
      at += match[0].length;
    } else if (/[=<>~!]/.test(character)) {
      const match = /^(!=|>=|<=|=|>|<|~)/.exec(text.slice(at));
      if (match === null) throw new QueryError(`no operator: ${character}`, at, 1);
      add('operator', at, at + match[0].length);
      at += match[0].length;
    } else if (character === '-' && /[\w"(*]/.test(text[at + 1] ?? '') && found.at(-1)?.sort !== 'operator') {
      add('-', at, ++at);
    } else {
      const match = /^(?:\\.|[^\s()"=<>~!\\])+/s.exec(text.slice(at));
      const length = match?.[0].length ?? 1;
      add('word', at, at + length);
      at += length;
    }
  }
  found.push({ sort: 'end', text: '', at: text.length, end: text.length });
  return found;
}

/** A value as it is written in a query: in quotes where it needs them. */
export function writeValue(value: string): string {
  return /^[\w./:@%$#+,;[\]{}-]+$/.test(value) && !/^(and|or|not|-)/i.test(value)
    ? value
    : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
