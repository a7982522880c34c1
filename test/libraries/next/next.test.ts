/**
 * Next.js 13 to 16 under the agent: routes of the pages and of the app router. A file of its own, since the first run
 * builds the site for each (20 to 60 seconds); it is kept beside the library in the cache folder.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { routesOf } from '../../support/routes';
import { plainEnv, traceApp } from '../../support/trace-app';

const source = join(__dirname, 'site');
const settings = {
  NODE_ENV: 'production',
  NEXT_TELEMETRY_DISABLED: '1',
  // Else it asks npm's registry for what the lock file of the libraries lacks.
  NEXT_IGNORE_INCORRECT_LOCKFILE: '1',
};

/** The built site's folder; built by the first of the test runs. */
function builtSite(library: string): string {
  const next = nextFolder(library);
  const hash = createHash('sha256');
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8', withFileTypes: true })) {
    if (file.isFile()) hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  }
  // Below what asks for Next.js, so that the site finds it and its React, and no link leads out of the site.
  const site = join(next, '../..', `next-site-${hash.digest('hex').slice(0, 8)}`);
  // Written last: a build that failed or was interrupted leaves most files.
  const done = join(site, '.built');
  if (existsSync(done)) return site;
  rmSync(site, { recursive: true, force: true });
  cpSync(source, site, { recursive: true });
  // Turbopack, the default of 16, takes longer.
  const flags = ['next', 'next16-lowest'].includes(library) ? ['--webpack'] : [];
  execFileSync(process.execPath, [join(next, 'dist/bin/next'), 'build', ...flags], {
    cwd: site,
    env: { ...plainEnv(), ...settings },
    stdio: 'pipe',
  });
  writeFileSync(done, '');
  return site;
}

/** Of a workspace, the Next.js that it asks for. */
function nextFolder(library: string): string {
  const folder = realpathSync(libraryFolder(library)!);
  if (library === 'next') return folder;
  return dirname(createRequire(join(folder, 'package.json')).resolve('next/package.json'));
}

for (const [library, version] of [
  ['next13-lowest', '18'],
  ['next13', '18'],
  ['next13', '26'],
  ['next14-lowest', '18'],
  ['next14', '18'],
  ['next14', '26'],
  ['next15-lowest', '18'],
  ['next15', '18'],
  ['next15', '26'],
  ['next16-lowest', '20'],
  ['next', '20'],
  ['next', '26'],
] as const) {
  const node = nodeNamed(version);
  test(`${library} on Node ${version}`, { skip: node === undefined && 'run "npm run nodes"' }, async (t) => {
    if (!needsLibrary(t, library)) return;
    const { spans, stdout, stderr, code } = await traceApp(join(__dirname, 'serve.cjs'), {
      node: node!.path,
      args: [builtSite(library)],
      env: { ...settings, NODE_NO_WARNINGS: '1' },
      timeout: 60_000,
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /GET \/api\/cup 200 \{"item":"cup"\}\n/);
    const own = spans.filter(({ tags }) => tags['otel.scope.name'] === 'tracing-agent');
    assert.deepEqual(routesOf(own), {
      'GET /blog/first-post': '/blog/[slug]',
      'HEAD /blog/second-post': '/blog/[slug]',
      'GET /blog/broken': '/blog/[slug]',
      'GET /api/cup': '/api/[item]',
      'GET /shop/42': '/shop/[id]',
      'GET /hook/me': '/hook/[name]',
      'GET /inside/7': '/inside/[...rest]',
      'GET /nowhere/5': null,
    });
    // Next.js's own spans are below.
    const server = own.find(({ name }) => name === 'GET /shop/[id]')!;
    const below = spans.filter(({ parentSpanId }) => parentSpanId === server.spanId);
    assert.deepEqual(
      below.filter(({ tags }) => tags['span.kind'] === 'server').map(({ tags }) => tags['otel.scope.name']),
      ['next.js'],
    );
  });
}
