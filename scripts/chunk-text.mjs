// How the text of a chunk is written, so that V8 reads it fast, and what it calls: a plugin for the last step of the build.
import { parseAst } from 'rolldown/parseAst';

/**
 * Each step works on what the one before has made of all chunks.
 * @param entries names of chunks that users or other builds ask for
 */
export function chunkText(entries) {
  return {
    name: 'chunk-text',
    generateBundle(_, chunks) {
      const texts = new Map();
      for (const [file, { code }] of Object.entries(chunks))
        if (code !== undefined) texts.set(file, quoted(code));
      leaveOutFacades(texts, entries);
      makeDirect(texts);
      for (const [file, chunk] of Object.entries(chunks)) {
        if (texts.has(file)) chunk.code = ascii(texts.get(file));
        else if (chunk.code !== undefined) delete chunks[file];
      }
    },
  };
}

/**
 * With a string in place of each template that is nothing but text. The minifier writes every text as a template, a byte
 * shorter where there are quotes in it. V8 scans a template twice as slowly as a string, since it keeps the text as
 * written as well: 1.3 million instructions at each start.
 */
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
  return edited(
    code,
    found.map(({ start, end, quasis }) => ({ start, end, text: JSON.stringify(quasis[0].value.cooked) })),
  );
}

/** V8 reads a file of ASCII alone as it is, and makes two bytes of each character of any other. */
function ascii(code) {
  return code.replaceAll(/[^\x00-\x7f]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `"use strict";const require_y=require("./y.js");exports.b=require_y.a;…` and nothing else. */
const FACADE =
  /^"use strict";const (\w+)=require\("(\.\/[\w.-]+\.js)"\);((?:exports\.\w+=\1\.[\w$]+[,;])+)\s*$/;

/**
 * Leaves out chunks that only hand on what another has, which are made for a `require` of a file that is in a larger
 * chunk: to open and compile one takes Node some 0.3 million instructions.
 */
function leaveOutFacades(texts, entries) {
  for (const [file, code] of texts) {
    const [, , target, lines] = FACADE.exec(code) ?? [];
    if (lines === undefined || entries.includes(file.replace(/\.js$/, ''))) continue;
    const names = new Map(
      lines
        .split(/[,;]/)
        .filter((line) => line !== '')
        .map((line) => /^exports\.(\w+)=\w+\.([\w$]+)$/.exec(line).slice(1)),
    );
    const uses = new RegExp(
      `(\\{(\\w+)(?::(\\w+))?\\}=)?require\\("\\./${file.replaceAll('.', '\\.')}"\\)(?:\\.(\\w+))?`,
      'g',
    );
    texts.delete(file);
    for (const [other, text] of texts) {
      const changed = text.replace(uses, (whole, destructured, one, local, member) => {
        const name = names.get(one ?? member);
        if (name === undefined) return whole;
        if (destructured === undefined) return `require("${target}").${name}`;
        return `{${name}:${local ?? one}}=require("${target}")`;
      });
      if (changed.includes(`./${file}`))
        throw new Error(`${other} uses ${file} in a way that can't be replaced`);
      texts.set(other, changed);
    }
  }
}

/**
 * Lets chunks have each other's exports as constants of their own, where rolldown writes `require_x.name`, and a getter
 * there: a look-up and a call at each use, which V8 can't know the answer of. Left as they are: what is assigned anew
 * after its declaration, and chunks that need each other while they are read.
 */
function makeDirect(texts) {
  const parsed = new Map([...texts].map(([file, code]) => [file, inspected(code)]));
  const reaches = (from, to, seen = new Set()) =>
    (parsed.get(from)?.required ?? []).some(({ file }) => {
      if (file === to) return true;
      if (seen.has(file)) return false;
      seen.add(file);
      return reaches(file, to, seen);
    });
  for (const [file, { required, uses, getters, assigned }] of parsed) {
    const edits = getters
      .filter(({ local }) => !assigned.has(local))
      .map(({ place, name, local }) => ({ ...place, text: `exports.${name}=${local}` }));
    for (const { local, file: other, end } of required) {
      if (reaches(other, file)) continue;
      const from = parsed.get(other);
      const changing = new Set(
        from?.getters.filter(({ local: its }) => from.assigned.has(its)).map(({ name }) => name),
      );
      const own = uses.filter(({ object, name }) => object === local && !changing.has(name));
      if (own.length === 0) continue;
      const names = [...new Set(own.map(({ name }) => name))].map((name) => `${name}:${local}_${name}`);
      edits.push({ start: end, end, text: `,{${names.join()}}=${local}` });
      for (const { place, name } of own) edits.push({ ...place, text: `${local}_${name}` });
    }
    texts.set(file, edited(texts.get(file), edits));
  }
}

/** What a chunk requires first of all, the members of it that it uses, what it exports by getter, and what it assigns. */
function inspected(code) {
  const required = [];
  const uses = [];
  const getters = [];
  const assigned = new Set();
  const program = parseAst(code);
  for (const statement of program.body) {
    if (statement.type !== 'VariableDeclaration' || statement.kind !== 'const') continue;
    for (const { id, init, end } of statement.declarations) {
      const source = init?.callee?.name === 'require' ? init.arguments[0].value : undefined;
      if (id.type === 'Identifier' && source?.startsWith('./'))
        required.push({ local: id.name, file: source.slice(2), end });
    }
  }
  const locals = new Set(required.map(({ local }) => local));
  const visit = (node, later) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const each of node) visit(each, later);
      return;
    }
    // What the file itself assigns, as an enum's object, it has when it was read.
    const changed = later ? (node.left ?? node.argument) : undefined;
    if (/^(Assignment|Update)Expression$/.test(node.type) && changed?.type === 'Identifier')
      assigned.add(changed.name);
    if (node.type === 'MemberExpression' && !node.computed && locals.has(node.object.name)) {
      uses.push({ object: node.object.name, name: node.property.name, place: placeOf(node) });
      return;
    }
    const getter = getterOf(node);
    if (getter !== undefined) getters.push({ ...getter, place: placeOf(node) });
    const inside = later || /Function/.test(node.type);
    for (const value of Object.values(node)) visit(value, inside);
  };
  visit(program.body, false);
  return { required, uses, getters, assigned };
}

const placeOf = ({ start, end }) => ({ start, end });

/** Of `Object.defineProperty(exports,"name",{enumerable:!0,get:function(){return local}})`. */
function getterOf(node) {
  if (node.type !== 'CallExpression' || node.callee.property?.name !== 'defineProperty') return undefined;
  const [target, name, descriptor] = node.arguments;
  if (target?.name !== 'exports' || descriptor?.type !== 'ObjectExpression') return undefined;
  const get = descriptor.properties.find(({ key }) => key?.name === 'get')?.value;
  const result = get?.body?.body?.[0]?.argument;
  return result?.type === 'Identifier' ? { name: name.value, local: result.name } : undefined;
}

function edited(code, edits) {
  edits.sort((a, b) => a.start - b.start);
  let result = '';
  let at = 0;
  for (const { start, end, text } of edits) {
    result += code.slice(at, start) + text;
    at = end;
  }
  return result + code.slice(at);
}
