/**
 * Libraries that load late, twice, in odd states or inside a bundle: traced where that can be, else named in one line, and
 * never changed in what they do.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { rolldown } from 'rolldown';
import { repository } from '../../support/cache';
import { needsLibrary } from '../../support/libraries';
import { nodes } from '../../support/nodes';
import { type SeenSpan, traceApp } from '../../support/trace-app';

const fixture = (name: string) => join(__dirname, name);
const register = join(repository, 'register.js');
const routes = (spans: SeenSpan[]) =>
  spans.map((span) => span.tags['http.route']).filter((route) => route !== undefined);

const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-late-'));
after(() => rmSync(folder, { recursive: true }));

for (const node of nodes) {
  test(`Node ${node.name}: a library that was required before the agent is traced`, async () => {
    const run = await traceApp(fixture('late.cjs'), {
      node: node.path,
      preload: 'none',
      env: { AGENT: register },
    });
    assert.deepEqual([run.stdout, run.stderr, run.code], ['ok\n', '', 0]);
    assert.deepEqual(routes(run.spans), ['/copy0/:id']);
  });

  test(`Node ${node.name}: a library that another -r loaded before the agent is traced`, async () => {
    const env = { NODE_OPTIONS: `--require "${fixture('early-preload.cjs')}" --require "${register}"` };
    const run = await traceApp(fixture('main.cjs'), { node: node.path, preload: 'none', env });
    assert.deepEqual([run.stdout, run.stderr, run.code], ['ok\n', '', 0]);
    assert.deepEqual(routes(run.spans), ['/copy0/:id']);
  });
}

test('two versions of a library, and two copies of a version, are all traced', async (t) => {
  if (!needsLibrary(t, '@nestjs/platform-express')) return;
  const run = await traceApp(fixture('copies.cjs'));
  assert.deepEqual([run.stdout, run.stderr, run.code], ['3\nok\nok\nok\n', '', 0]);
  assert.deepEqual(routes(run.spans), ['/copy0/:id', '/copy1/:id', '/copy2/:id']);
});

/** Makes a package named as one that the agent knows. */
function fake(name: string, version: string, file: string, text: string): void {
  const directory = join(folder, 'node_modules', name);
  mkdirSync(dirname(join(directory, file)), { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, version, main: file }));
  writeFileSync(join(directory, file), text);
}

test('frozen exports and unknown shapes are left as they are, a newer major is named in one line', async () => {
  const client = "class Client { query(text) { return 'ran ' + text; } }";
  fake('pg', '8.99.0', 'lib/client.js', `${client}\nmodule.exports = Object.freeze(Client);`);
  fake(
    'pg-pool',
    '3.0.0',
    'index.js',
    `${client}\nObject.freeze(Client.prototype);\nmodule.exports = Client;`,
  );
  fake('mysql2', '99.1.0', 'lib/connection.js', `${client}\nmodule.exports = Client;`);
  fake('ioredis', '5.0.0', 'index.js', `${client}\nmodule.exports = Client;`);
  const args = [folder, 'pg', 'pg-pool', 'mysql2', 'ioredis'];
  const run = await traceApp(fixture('fakes.cjs'), { args });
  const bare = await traceApp(fixture('fakes.cjs'), { args, preload: 'none' });
  assert.deepEqual([run.stdout, run.code], [bare.stdout, 0]);
  assert.match(run.stderr, /^tracing-agent: mysql2 99\.1\.0 is newer than the versions .*TA_PATCH_NEWER/m);
  assert.doesNotMatch(run.stderr, /TA_INTERNAL/);
});

for (const minify of [false, true]) {
  test(`a library inside a ${minify ? 'minified ' : ''}bundle is named, with what to do`, async () => {
    const file = join(folder, `bundle-${minify}.cjs`);
    const bundle = await rolldown({ input: fixture('bundled.js'), platform: 'node', logLevel: 'silent' });
    await bundle.write({ file, format: 'cjs', minify });
    await bundle.close();
    const run = await traceApp(file, { env: { TRACING_AGENT_LOG_LEVEL: 'info' } });
    assert.deepEqual([run.stdout, run.code], ['function\n', 0]);
    const told = run.stderr.split('\n').filter((line) => line.includes('TA_BUNDLE'));
    assert.equal(told.length, 1, run.stderr);
    if (!minify) assert.match(told[0]!, /a bundler has put ioredis into .*bundle-false\.cjs/);
  });
}
