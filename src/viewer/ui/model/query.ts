/** Reads the text query of search and find (docs/viewer-api.md): terms, AND, OR, NOT, parentheses, quotes, wildcards. */

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~';

export type Query =
  | { type: 'all' }
  | { type: 'word'; text: string }
  | { type: 'term'; field: string; operator: Operator; value: string; quoted: boolean }
  | { type: 'not'; query: Query }
  | { type: 'and' | 'or'; queries: Query[] };

export class QueryError extends Error {
  constructor(
    message: string,
    /** In characters from the query's start. */
    readonly position: number,
  ) {
    super(message);
  }
}

interface Token {
  kind: 'text' | 'operator' | '(' | ')' | '-';
  text: string;
  quoted: boolean;
  /** No white space stands before it. */
  joined: boolean;
  at: number;
}

const TOKEN =
  /(\s*)(?:("(?:[^"\\]|\\.)*"?)|(!=|>=|<=|[=><~])|([()])|(-)(?=[^\s=<>~])|((?:\\.|[^\s"()=!<>~])+)|(!))/gy;

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null || match[7] !== undefined) throw new QueryError('cannot read this', start);
    const [, space = '', string, operator, parenthesis, minus, word] = match;
    const at = start + space.length;
    const add = (kind: Token['kind'], value: string, quoted = false) =>
      found.push({ kind, text: value, quoted, joined: space === '' && start > 0, at });
    if (string !== undefined) {
      if (string.length < 2 || !string.endsWith('"')) throw new QueryError('the quote is not closed', at);
      add('text', string.slice(1, -1).replace(/\\(["\\])/g, '$1'), true);
    } else if (operator !== undefined) add('operator', operator);
    else if (parenthesis !== undefined) add(parenthesis as '(' | ')', parenthesis);
    else if (minus !== undefined) add('-', minus);
    else add('text', word!);
  }
  return found;
}

/** @throws QueryError */
export function parseQuery(text: string): Query {
  const list = tokens(text);
  let next = 0;
  const isWord = (word: string) => {
    const token = list[next];
    return token?.kind === 'text' && !token.quoted && token.text.toUpperCase() === word;
  };
  const either = (): Query => {
    const queries = [both()];
    while (isWord('OR')) {
      next++;
      queries.push(both());
    }
    return queries.length === 1 ? queries[0]! : { type: 'or', queries };
  };
  const both = (): Query => {
    const queries = [one()];
    while (next < list.length && list[next]!.kind !== ')' && !isWord('OR')) {
      if (isWord('AND')) next++;
      queries.push(one());
    }
    return queries.length === 1 ? queries[0]! : { type: 'and', queries };
  };
  const one = (): Query => {
    const token = list[next];
    if (token === undefined) throw new QueryError('something is missing at the end', text.length);
    if (isWord('NOT') || token.kind === '-') {
      next++;
      return { type: 'not', query: one() };
    }
    if (token.kind === '(') {
      next++;
      const inner = either();
      if (list[next]?.kind !== ')') throw new QueryError('the parenthesis is not closed', token.at);
      next++;
      return inner;
    }
    if (token.kind !== 'text' || isWord('AND') || isWord('OR'))
      throw new QueryError(`"${token.text}" is not expected here`, token.at);
    next++;
    const operator = list[next];
    if (operator?.kind !== 'operator') return { type: 'word', text: token.text };
    next++;
    const value = list[next];
    // A negative number: the minus is a token of its own.
    if (value?.kind === '-' && list[next + 1]?.kind === 'text') {
      next += 2;
      const text = `-${list[next - 1]!.text}`;
      return {
        type: 'term',
        field: token.text,
        operator: operator.text as Operator,
        value: text,
        quoted: false,
      };
    }
    if (value?.kind !== 'text')
      throw new QueryError(`a value is missing after ${operator.text}`, operator.at);
    next++;
    const { text: wanted, quoted } = value;
    return { type: 'term', field: token.text, operator: operator.text as Operator, value: wanted, quoted };
  };
  if (list.length === 0) return { type: 'all' };
  const query = either();
  if (next < list.length) throw new QueryError(`"${list[next]!.text}" is not expected here`, list[next]!.at);
  return query;
}

/** A value as it is written in a query: in quotes where it needs them. */
export function writeValue(value: string): string {
  return /^[\w./:@%$#+,;[\]{}-]+$/.test(value) && !/^(and|or|not|-)/i.test(value)
    ? value
    : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
