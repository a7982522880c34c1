/**
 * Libraries that load late, twice, in odd states or inside a bundle: traced where that can be, else named in one line, and
 * never changed in what they do.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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

/** Makes a package named as one that the agent knows, in a folder of that name or of an alias. */
function fake(name: string, version: string, file: string, text: string, alias = name): void {
  const directory = join(folder, 'node_modules', alias);
  mkdirSync(dirname(join(directory, file)), { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, version, main: file }));
  writeFileSync(join(directory, file), text);
}

test('frozen exports and unknown shapes are left as they are, each named in one line', async () => {
  const client = "class Client { query(text) { return 'ran ' + text; } }";
  const open = `${client}\nmodule.exports = Client;`;
  const frozen = `${client}\nObject.freeze(Client.prototype);\nmodule.exports = Client;`;
  fake('pg', '8.99.0', 'lib/client.js', `${client}\nmodule.exports = Object.freeze(Client);`);
  fake('pg', '8.98.0', 'lib/client.js', frozen, 'pg-frozen');
  fake('pg-pool', '3.0.0', 'index.js', open);
  fake('ioredis', '5.0.0', 'index.js', open);
  // The one has all that the patch wraps, the others a part of it, none of its files, none of its classes.
  fake('pg', '9.0.0', 'lib/client.js', open, 'pg-9');
  fake('mysql2', '99.1.0', 'lib/connection.js', open);
  fake('mysql', '99.0.0', 'lib/another.js', open);
  fake('oracledb', '99.0.0', 'lib/oracledb.js', open);
  const names = ['pg', 'pg-frozen', 'pg-pool', 'ioredis', 'pg-9', 'mysql2', 'mysql', 'oracledb'];
  const run = await traceApp(fixture('fakes.cjs'), { args: [folder, ...names] });
  const bare = await traceApp(fixture('fakes.cjs'), { args: [folder, ...names], preload: 'none' });
  assert.deepEqual([run.stdout, run.code], [bare.stdout, 0]);
  assert.deepEqual(
    run.spans.map((span) => span.name),
    ['SELECT', 'SELECT'],
  );
  const told = run.stderr.trim().split('\n');
  const said = (code: string, pattern: RegExp) =>
    told.filter((line) => line.includes(`(${code};`) && pattern.test(line)).length;
  assert.equal(
    said('TA_PATCH_NOTHING', /pg-pool 3\.0\.0 \(index\.js\) is not shaped .*\(connect not found\)/),
    1,
  );
  assert.equal(said('TA_PATCH_NOTHING', /ioredis 5\.0\.0 \(index\.js\).*\(sendCommand not found\)/), 1);
  assert.equal(said('TA_PATCH_FAILED', /pg 8\.98\.0 could not be patched .*: Cannot redefine property/), 1);
  assert.equal(said('TA_PATCH_NEWER', /pg 9\.0\.0 is newer than .*it is patched .*untested/), 1);
  assert.equal(said('TA_PATCH_NEWER', /mysql2 99\.1\.0 is newer/), 1);
  assert.equal(said('TA_PATCH_NOTHING', /mysql2 99\.1\.0 \(lib\/connection\.js\).*execute, prepare/), 1);
  assert.equal(said('TA_PATCH_NEWER', /mysql 99\.0\.0 is newer than .*it runs untraced/), 1);
  assert.equal(said('TA_PATCH_NEWER', /oracledb 99\.0\.0 is newer/), 1);
  assert.equal(said('TA_PATCH_FAILED', /oracledb 99\.0\.0 could not be patched/), 1);
  assert.equal(told.length, 9, run.stderr);
});

/** esbuild is what tsx runs on. */
const { build } = createRequire(require.resolve('tsx'))('esbuild');
const input = fixture('bundled.js');
const bundlers: Record<string, (file: string, minify: boolean) => Promise<void>> = {
  async rolldown(file, minify) {
    const bundle = await rolldown({ input, platform: 'node', logLevel: 'silent' });
    await bundle.write({ file, format: 'cjs', minify });
    await bundle.close();
  },
  async esbuild(outfile, minify) {
    await build({ entryPoints: [input], bundle: true, platform: 'node', outfile, minify });
  },
};

for (const [bundler, bundled] of Object.entries(bundlers)) {
  test(`a library inside a bundle of ${bundler} is named, with what to do, minified or not`, async () => {
    const lines = [false, true].map(async (minify) => {
      const file = join(folder, `${bundler}-${minify}.cjs`);
      await bundled(file, minify);
      const run = await traceApp(file, { env: { TRACING_AGENT_LOG_LEVEL: 'info' } });
      assert.deepEqual([run.stdout, run.code], ['function\n', 0]);
      const told = run.stderr.split('\n').filter((line) => line.includes('TA_BUNDLE'));
      assert.equal(told.length, 1, run.stderr);
      return told[0]!;
    });
    assert.match((await Promise.all(lines))[0]!, /a bundler has put ioredis into .*-false\.cjs/);
  });
}
