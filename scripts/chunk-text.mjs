// How the text of a chunk is written, so that V8 reads it fast: plugins for the last step of the build.
import { parseAst } from 'rolldown/parseAst';

/**
 * The minifier writes every text as a template, a byte shorter where there are quotes in it. V8 scans a template twice as
 * slowly as a string, since it keeps the text as written as well: 1.3 million instructions at each start.
 */
export const quotes = {
  name: 'quotes',
  generateBundle(_, chunks) {
    for (const chunk of Object.values(chunks)) if (chunk.code !== undefined) chunk.code = quoted(chunk.code);
  },
};

/** With a string in place of each template that is nothing but text. */
function quoted(code) {
  const found = [];
  const visit = (node, parent) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const each of node) visit(each, parent);
      return;
    }
    if (node.type === 'TemplateLiteral' && node.expressions.length === 0) {
      // A tag sees the text as written.
      if (parent?.type !== 'TaggedTemplateExpression') found.push(node);
      return;
    }
    for (const value of Object.values(node)) visit(value, node);
  };
  visit(parseAst(code));
  found.sort((a, b) => a.start - b.start);
  let result = '';
  let at = 0;
  for (const { start, end, quasis } of found) {
    result += code.slice(at, start) + JSON.stringify(quasis[0].value.cooked);
    at = end;
  }
  return result + code.slice(at);
}

/** V8 reads a file of ASCII alone as it is, and makes two bytes of each character of any other. */
export const ascii = {
  name: 'ascii',
  generateBundle(_, chunks) {
    for (const chunk of Object.values(chunks))
      chunk.code = chunk.code?.replaceAll(
        /[^\x00-\x7f]/g,
        (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
  },
};
