/**
 * Changes the source of a library's ES module so that the agent is told of its exports once it has run.
 * First station of a span's way; used on the main thread and on the loader's.
 */

/** `globalThis` holds the function that is told, under `Symbol.for` of this; without one the module is as ever. */
export const NOTICE = 'tracing-agent.es-module';

/** The query behind which a wrapped module's original is found. */
export const ORIGINAL = '?tracing-agent-original';

/** A comment, or a string, which may hold what looks like one. */
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g;

const CALL = `globalThis[Symbol.for('${NOTICE}')]?.`;

/**
 * The module itself, which hands its own namespace to the agent as its last act. It stays the one module that it was:
 * cycles, live bindings, `export *`, names of lines and top-level `await` are not touched.
 */
export function noticed(source: string, url: string): string {
  return `${source}
;import * as __tracingAgentExports from ${JSON.stringify(url)};
${CALL}(import.meta.url, __tracingAgentExports);
`;
}

/**
 * A module in the original's place that exports the same, but for `names`, whose values the agent gives. All others
 * stay the original's own bindings. Undefined where the source doesn't export one of the names: then it is a version
 * that the patch wasn't written for, and an export that isn't there must not appear.
 */
export function replaceable(source: string, url: string, replaces: readonly string[]): string | undefined {
  const code = source.replace(COMMENT, (part) => (part[0] === '/' ? ' ' : part));
  if (!replaces.every((name) => exports(code, name))) return undefined;
  // `export *` leaves a default export out.
  const names =
    replaces.includes('default') || !exports(code, 'default') ? replaces : [...replaces, 'default'];
  const original = JSON.stringify(url + ORIGINAL);
  const values = names.map((name, index) => `const __${index} = __replaced.${name};`).join('\n');
  const exported = names.map((name, index) => `__${index} as ${name}`).join(', ');
  return `export * from ${original};
import * as __original from ${original};
const __replaced = ${CALL}(import.meta.url, __original) ?? __original;
${values}
export { ${exported} };
`;
}

/** `export default`, `export class name`, `export { name, it as name }`; not what an `export *` brings. */
function exports(code: string, name: string): boolean {
  return new RegExp(
    `\\bexport\\s*(?:\\{[^}]*\\b${name}\\s*[,}]|${name}\\b|(?:async\\s+)?(?:function\\s*\\*?|class|const|let|var)\\s+${name}\\b)`,
  ).test(code);
}
