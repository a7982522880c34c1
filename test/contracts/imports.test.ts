/**
 * Holds the house's order: which folder of src/ may import which, one reader of the environment, and how a file opens.
 */
import assert from 'node:assert/strict';
import { isBuiltin } from 'node:module';
import { test } from 'node:test';
import { type Import, openingComment, type SourceFile, sourceFiles } from '../support/source-files';

const STAGES = ['load', 'patch', 'propagate', 'record', 'sample', 'send'];

/**
 * What the files of a folder may import besides their own folder: folders of src/ (`types:` for types only), and
 * packages. Built-ins and the version's constant are free, except where `builtins` says no. A folder that isn't here
 * may import anything.
 */
const MAY_IMPORT: Record<string, { folders: string[]; packages: string[]; builtins?: false }> = {
  thrift: { folders: [], packages: [], builtins: false },
  diagnostics: { folders: [], packages: [] },
  config: { folders: ['diagnostics'], packages: [] },
  load: { folders: ['diagnostics', 'types:config'], packages: ['@opentelemetry/', 'require-in-the-middle'] },
  patch: { folders: ['diagnostics', 'types:config'], packages: ['@opentelemetry/'] },
  propagate: { folders: ['diagnostics', 'types:config'], packages: ['@opentelemetry/'] },
  record: { folders: ['diagnostics', 'types:config'], packages: ['@opentelemetry/'] },
  sample: { folders: ['diagnostics', 'types:config'], packages: ['@opentelemetry/'] },
  // The encoder writes Thrift.
  send: { folders: ['diagnostics', 'thrift', 'types:config'], packages: ['@opentelemetry/'] },
  // The only package of the application that anything of ours reads by itself.
  controller: {
    folders: ['diagnostics', 'types:config'],
    packages: ['@opentelemetry/', '@kubernetes/client-node'],
  },
  // What the viewer's server and its page have in common: shapes, and the language of queries.
  'viewer/api': { folders: [], packages: [], builtins: false },
  // A page for a browser: built by Vite, it knows the server only by its HTTP API.
  'viewer/ui': {
    folders: ['viewer/api'],
    packages: ['react', 'react-dom', '@mantine/', '@tanstack/', 'uplot'],
    builtins: false,
  },
  // It receives what `send` sent.
  viewer: { folders: ['viewer/api', 'diagnostics', 'thrift', 'types:config'], packages: ['protobufjs/'] },
};

const files = sourceFiles('src');

test('every folder of src/ imports only what the design lets it import', () => {
  assert.ok(files.length > 20, `only ${files.length} source files found`);
  const wrong: string[] = [];
  for (const file of files) {
    const rule = MAY_IMPORT[folderOf(file.path)];
    if (rule === undefined) continue;
    for (const each of file.imports) {
      if (!allowed(file, each, rule)) wrong.push(`${file.path} imports ${each.target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** Of agent.ts, patching.ts is the part that is read with the first library, tracing.ts with the first span. */
const ROOTS = ['agent.ts', 'patching.ts', 'tracing.ts'];

test('only agent.ts, patching.ts and tracing.ts join the stages: any other file at the top of src/ touches at most one', () => {
  const wrong = files
    .filter((file) => folderOf(file.path) === '' && !ROOTS.includes(file.path))
    .map((file) => {
      const ours = file.imports
        .filter((each) => each.ours && !each.typeOnly)
        .map((each) => folderOf(each.target));
      return { path: file.path, stages: STAGES.filter((stage) => ours.includes(stage)) };
    })
    .filter((file) => file.stages.length > 1);
  assert.deepEqual(wrong, []);
});

test('process.env is read only in src/config/environment.ts', () => {
  const reads =
    /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[|\benv\b[^;=]*\}\s*=\s*process\b|(\bfrom|\bimport|\bimport\s*\(|\brequire\w*\s*\(|\bgetBuiltinModule\s*\()\s*['"](node:)?process['"]/;
  const readers = files.filter((file) => reads.test(file.code)).map((file) => file.path);
  assert.deepEqual(
    readers.filter((path) => path !== 'config/environment.ts'),
    [],
  );
});

test('no file or folder of src/ is named util, helper, common, misc or shared, and all names are kebab-case', () => {
  const wrong = files
    .map((file) => file.path)
    .filter((path) => {
      const names = path.replace(/\.(d\.)?tsx?$/, '').split('/');
      return names.some(
        (name) =>
          !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ||
          /(^|-)(utils?|helpers?|common|misc|shared)(-|$)/.test(name),
      );
    });
  assert.deepEqual(wrong, []);
});

test('every file of src/ opens with a doc comment that says its job', () => {
  const wrong = files
    .filter((file) => (openingComment(file).match(/\w+/g) ?? []).length < 5)
    .map((file) => file.path);
  assert.deepEqual(wrong, []);
});

// The page's files have a way of their own.
test("every other file of src/ says where on a span's way it stands", () => {
  const wrong = files
    .filter((file) => folderOf(file.path) !== 'viewer/ui')
    .filter((file) => !/\b(station|ways?)\b/.test(openingComment(file)))
    .map((file) => file.path);
  assert.deepEqual(wrong, []);
});

test('no file is longer than 400 lines unless its opening comment says why ("Long, because …")', () => {
  const tooLong = ['src', 'test', 'scripts', 'bench', 'examples'].flatMap((folder) =>
    sourceFiles(folder, /\.(tsx?|[cm]?js)$/)
      .filter((file) => file.text.split('\n').length - 1 > 400)
      .filter((file) => !/\b(long|over 400 lines)\b[^.]*\bbecause\b/i.test(openingComment(file)))
      .map((file) => `${folder}/${file.path}`),
  );
  assert.deepEqual(tooLong, []);
});

function allowed(file: SourceFile, each: Import, rule: (typeof MAY_IMPORT)[string]): boolean {
  if (each.ours) {
    const folder = folderOf(each.target);
    return (
      folder === folderOf(file.path) ||
      (each.target === 'version' && rule.builtins !== false) ||
      rule.folders.includes(folder) ||
      (each.typeOnly && rule.folders.includes(`types:${folder}`))
    );
  }
  if (isBuiltin(each.target)) return rule.builtins !== false;
  // A type of the library that a patch is for costs nothing at run time.
  return each.typeOnly || rule.packages.some((name) => each.target.startsWith(name));
}

/** The first folder of a path from src/; empty for a file at the top. The page, and what it has in common with its server, are folders of their own. */
function folderOf(path: string): string {
  const part = /^viewer\/(?:api|ui)(?=\/)/.exec(path);
  if (part !== null) return part[0];
  const slash = path.indexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}
