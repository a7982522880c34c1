/**
 * Holds what files offer to what others use: an export that nobody imports is either dead or a file's own business.
 */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { sourceFiles } from '../support/source-files';

/** What stands behind package.json's `exports` is used by applications. */
const PUBLIC = ['index', 'exporter', 'propagator', 'sampler', 'controller', 'viewer/index'].map(
  (name) => `src/${name}`,
);
/** Node calls the hooks of this file by their names. */
const CALLED_BY_NODE = ['src/load/es-module-thread'];

test('every export of src/, scripts/ and test/support/ is used by another file', () => {
  const code = /\.(tsx?|[cm]?js)$/;
  const files = ['src', 'scripts', 'bench', 'test'].flatMap((folder) =>
    sourceFiles(folder, code).map((file) => ({
      path: `${folder}/${file.path}`,
      code: file.code,
      imports: file.imports.filter(({ ours }) => ours).map(({ target }) => posix.join(folder, target)),
    })),
  );
  assert.ok(files.length > 500, `only ${files.length} files found`);
  const unused: string[] = [];
  let exported = 0;
  for (const file of files.filter(({ path }) => /^(src|scripts|test\/support)\//.test(path))) {
    const name = file.path.replace(code, '');
    if (PUBLIC.includes(name) || CALLED_BY_NODE.includes(name)) continue;
    const users = files.filter(({ imports }) => imports.includes(name) || imports.includes(file.path));
    for (const each of exportsOf(file.code)) {
      exported++;
      const word = new RegExp(`\\b${each}\\b`);
      if (!users.some((user) => word.test(user.code))) unused.push(`${file.path}: ${each}`);
    }
  }
  assert.ok(exported > 700, `only ${exported} exports found`);
  assert.deepEqual(unused, []);
});

function exportsOf(code: string): string[] {
  const declared = code.matchAll(
    /^export\s+(?:async\s+|abstract\s+)?(?:function\*?|const|let|class|interface|type|enum)\s+(\w+)/gm,
  );
  const listed = code.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm);
  return [
    ...[...declared].map(([, name]) => name!),
    ...[...listed].flatMap(([, names]) => names!.split(',').map((each) => each.trim().split(' as ').pop()!)),
  ].filter((name) => /^\w+$/.test(name));
}
