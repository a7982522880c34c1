/** Cuts a SQL or Redis statement into pieces to colour. */

interface Piece {
  text: string;
  kind: 'keyword' | 'string' | 'number' | 'comment' | 'parameter' | 'plain';
}

const WORDS =
  'add all alter and any as asc begin between by call case cast commit conflict count create cross delete desc distinct do drop else end exists explain false for foreign from full group having if ilike in index inner insert into is join key lateral left like limit lock natural not nothing null nulls offset on or order outer over partition primary references replace returning right rollback savepoint select set show some table then true truncate union unique update upsert use using values view when where window with';
const KEYWORDS = new Set(WORDS.split(' '));

const SQL =
  /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)|(\$\d+|\?|(?<!:):[a-z_]\w*|@\w+)|(\b\d+(?:\.\d+)?\b)|([a-z_]\w*)|([\s\S])/gi;

export function sqlPieces(statement: string): Piece[] {
  const pieces: Piece[] = [];
  for (const [text, comment, string, parameter, number, word] of statement.matchAll(SQL)) {
    if (comment) add(pieces, text, 'comment');
    else if (string) add(pieces, text, text.startsWith("'") ? 'string' : 'plain');
    else if (parameter) add(pieces, text, 'parameter');
    else if (number) add(pieces, text, 'number');
    else add(pieces, text, word && KEYWORDS.has(word.toLowerCase()) ? 'keyword' : 'plain');
  }
  return pieces;
}

/** The command of each line is the keyword; `?` stands for an argument that was not recorded. */
export function redisPieces(statement: string): Piece[] {
  const pieces: Piece[] = [];
  for (const [i, line] of statement.split('\n').entries()) {
    if (i > 0) add(pieces, '\n', 'plain');
    const command = /^\s*[a-z._]+/i.exec(line)?.[0] ?? '';
    if (command !== '') add(pieces, command, 'keyword');
    for (const [text, mark] of line.slice(command.length).matchAll(/(\?)|[^?]+/g))
      add(pieces, text, mark ? 'parameter' : 'plain');
  }
  return pieces;
}

function add(pieces: Piece[], text: string, kind: Piece['kind']): void {
  const last = pieces.at(-1);
  if (last?.kind === kind) last.text += text;
  else pieces.push({ text, kind });
}
