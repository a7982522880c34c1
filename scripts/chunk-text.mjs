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

/** `"use strict";const require_y=require("./y.js");exports.b=require_y.a;…` and nothing else. */
const FACADE =
  /^"use strict";const (\w+)=require\("(\.\/[\w.-]+\.js)"\);((?:exports\.\w+=\1\.[\w$]+[,;])+)\s*$/;

/**
 * Leaves out chunks that only hand on what another has, which are made for a `require` of a file that is in a larger
 * chunk: to open and compile one takes Node some 0.3 million instructions.
 * @param entries names of chunks that users or other builds ask for
 */
export function withoutFacades(entries) {
  return {
    name: 'without-facades',
    generateBundle(_, chunks) {
      for (const [file, { code }] of Object.entries(chunks)) {
        const [, , target, lines] = FACADE.exec(code ?? '') ?? [];
        if (lines === undefined || entries.includes(file.replace(/\.js$/, ''))) continue;
        const names = new Map(
          lines
            .split(/[,;]/)
            .filter((line) => line !== '')
            .map((line) => /^exports\.(\w+)=\w+\.([\w$]+)$/.exec(line).slice(1)),
        );
        for (const other of Object.values(chunks)) {
          if (other.code === undefined) continue;
          other.code = other.code.replace(
            new RegExp(
              `(\\{(\\w+)(?::(\\w+))?\\}=)?require\\("\\./${file.replaceAll('.', '\\.')}"\\)(?:\\.(\\w+))?`,
              'g',
            ),
            (whole, destructured, one, local, member) => {
              const name = names.get(one ?? member);
              if (name === undefined) return whole;
              if (destructured === undefined) return `require("${target}").${name}`;
              return `{${name}:${local ?? one}}=require("${target}")`;
            },
          );
        }
        delete chunks[file];
        const left = Object.values(chunks).find((other) => other.code?.includes(`./${file}`));
        if (left !== undefined)
          throw new Error(`${left.fileName} uses ${file} in a way that can't be replaced`);
      }
    },
  };
}
