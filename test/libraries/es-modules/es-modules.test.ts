/**
 * Libraries that are ES modules: the agent sees them, and they behave as without it: cycles, live bindings, clashing
 * `export *`, top-level await, errors. On every Node, by `-r` and by `--import`; nothing is hooked where nothing need be.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { floorNodes, nodeNamed, nodes } from '../../support/nodes';
import { runApp } from '../../support/trace-app';

// Packages are looked for in node_modules, which the repository doesn't keep.
const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-es-modules-'));
after(() => rmSync(folder, { recursive: true }));
cpSync(join(__dirname, 'packages'), join(folder, 'node_modules'), { recursive: true });
for (const file of ['application.mjs', 'application.cjs']) cpSync(join(__dirname, file), join(folder, file));
mkdirSync(join(folder, 'empty'));
const application = (extension: 'mjs' | 'cjs') => join(folder, `application.${extension}`);

const rows = [
  { module: 'es-cycle', esm: 'client.js', versions: '>=1 <2' },
  { module: 'es-cycle', esm: 'index.js', versions: '>=1 <2', replaces: ['default'] },
  { module: 'es-live', esm: 'index.js', versions: '*' },
  { module: 'es-clash', esm: 'index.js', versions: '*' },
  { module: 'es-tla', esm: 'index.js', versions: '*', replaces: ['Client'] },
  { module: 'es-throws', esm: 'index.js', versions: '*' },
];
const allFiles = ['es-clash', 'es-cycle', 'es-live', 'es-tla'].map((name) => `${name} index.js`);

interface RunOptions {
  node?: string;
  by?: 'require' | 'import';
  targets?: readonly object[];
  env?: Record<string, string>;
  args?: string[];
}

/** With the hook alone and a patch that counts calls. */
async function runHooked(file: string, { node, by, targets = rows, env, args }: RunOptions) {
  const preload = join(__dirname, 'preload.cjs');
  const flag = by === 'import' ? `--import ${pathToFileURL(preload)}` : `--require "${preload}"`;
  const hooked = { ROWS: JSON.stringify(targets), NODE_OPTIONS: flag, ...env };
  const run = await runApp(file, { node, args, cwd: folder, preload: 'none', env: hooked });
  const lines = run.stderr.trim().split('\n');
  const { files, calls } = JSON.parse(lines.at(-1)!) as { files: string[]; calls: number };
  return { ...run, lines, files: files.sort(), calls };
}

const runBare = (file: string, node?: string, args?: string[]) =>
  runApp(file, { node, args, cwd: folder, preload: 'none' });

for (const node of [...nodes, ...floorNodes]) {
  for (const by of ['require', 'import'] as const) {
    test(`Node ${node.name}, by ${by}: ES modules are seen, and are as without the agent`, async () => {
      const run = await runHooked(application('mjs'), { node: node.path, by });
      const bare = await runBare(application('mjs'), node.path);
      assert.equal(bare.stderr, '');
      assert.equal(run.stdout, bare.stdout);
      assert.deepEqual([run.code, run.lines.length], [0, 1]);
      const replaced = ['Client replaced', 'connect replaced'];
      assert.deepEqual(run.files, [...replaced, ...allFiles, 'es-cycle client.js'].sort());
      // In es-cycle 2, live, clash and tla 1, and the calls that live's own makes.
      assert.ok(run.calls >= 5, String(run.calls));
    });
  }

  test(`Node ${node.name}: a CommonJS application's import() and require() of ES modules are as without the agent`, async () => {
    const run = await runHooked(application('cjs'), { node: node.path });
    const bare = await runBare(application('cjs'), node.path);
    assert.deepEqual([run.stdout, run.code, run.lines.length], [bare.stdout, 0, 1]);
    // Before 22.15 it has no thread for this, unless it is asked for.
    const seen = Number(node.name.split('.')[0]) >= 22 ? 4 : 0;
    assert.equal(run.files.length, seen);
    const asked = await runHooked(application('cjs'), { node: node.path, env: { WHEN: 'on' } });
    assert.equal(asked.stdout, bare.stdout);
    assert.ok(asked.files.includes('es-live index.js'));
  });
}

const libraries = [
  { name: 'postgres', esm: 'src/query.js', seen: true },
  { name: 'hono', esm: 'dist/index.js', replaces: ['Hono'], seen: true },
  { name: '@hono/node-server', esm: 'dist/index.mjs', replaces: ['serve'], seen: true },
  { name: 'got', esm: 'dist/source/index.js', replaces: ['default', 'got'], seen: true },
  { name: 'mariadb', esm: 'promise.js', replaces: ['createPool'], seen: true },
  { name: '@electric-sql/pglite', esm: 'dist/index.js', seen: true },
];
for (const name of ['20', '22', '26']) {
  test(`Node ${name}: real libraries that are ES modules export what they do without the agent`, async (t) => {
    const node = nodeNamed(name);
    if (node === undefined) return t.skip(`no Node ${name}: npm run nodes`);
    if (!needsLibrary(t, ...libraries.map((each) => each.name))) return;
    const args = libraries.map((each) => each.name);
    const file = join(__dirname, 'libraries.mjs');
    const targets = libraries.map((each) => ({ ...each, module: each.name, versions: '*' }));
    // Started where the libraries are, as it is the main script's folder that is looked at.
    const run = await runHooked(file, { node: node.path, args, targets });
    const bare = await runBare(file, node.path, args);
    assert.deepEqual([run.stdout, bare.stderr, run.code], [bare.stdout, '', 0]);
    assert.deepEqual(run.files, libraries.map((each) => `${each.name} ${each.esm}`).sort());
    assert.ok(libraryFolder('hono'));
  });
}

test('nothing is hooked for an application that has no such library, nor where it is switched off', async () => {
  const file = join(__dirname, 'hooked.mjs');
  const absent = [{ module: 'es-absent', esm: 'index.js', versions: '*' }];
  for (const name of ['20', '22']) {
    const node = nodeNamed(name)?.path;
    if (node === undefined) continue;
    assert.equal((await runHooked(file, { node, targets: absent })).stdout, 'false\n');
    assert.equal((await runHooked(file, { node, env: { WHEN: 'off' } })).stdout, 'false\n');
    // The working directory has them.
    assert.equal((await runHooked(file, { node })).stdout, 'true\n');
  }
});

test("the agent doesn't start in Node's loader thread, where preloads run as well", async () => {
  const hooks =
    "data:text/javascript,import { register } from 'node:module'; register('data:text/javascript,');";
  for (const node of nodes) {
    const file = join(__dirname, 'nothing.mjs');
    const env = { NODE_OPTIONS: `--import "${hooks}" --no-warnings`, TRACING_AGENT_LOG_LEVEL: 'info' };
    const run = await runApp(file, { node: node.path, env });
    assert.deepEqual([run.stdout, run.code], ['nothing\n', 0], run.stderr);
    assert.equal(run.stderr.match(/TA_STARTED/g)?.length, 1, node.name);
  }
});
