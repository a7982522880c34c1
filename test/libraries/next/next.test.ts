/**
 * Next.js's production server under the agent: routes of the pages and of the app router. A file of its own, since the
 * first run builds the site (20 to 60 seconds); it is kept in the cache folder.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheFolder } from '../../support/cache';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { routesOf } from '../../support/routes';
import { plainEnv, traceApp } from '../../support/trace-app';

/** The built site's folder; built by the first of the test runs. */
function builtSite(): string {
  const next = realpathSync(libraryFolder('next')!);
  const { version } = JSON.parse(readFileSync(join(next, 'package.json'), 'utf8'));
  const site = join(cacheFolder, `next-site-${version}`);
  if (existsSync(join(site, '.next', 'BUILD_ID'))) return site;
  rmSync(site, { recursive: true, force: true });
  cpSync(join(__dirname, 'site'), site, { recursive: true });
  symlinkSync(join(next, '..'), join(site, 'node_modules'), 'junction');
  // Turbopack, the default, refuses a link that leads out of the site.
  execFileSync(process.execPath, [join(next, 'dist/bin/next'), 'build', '--webpack'], {
    cwd: site,
    env: { ...plainEnv(), NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: 'pipe',
  });
  return site;
}

for (const version of ['20', '26']) {
  const node = nodeNamed(version);
  test(`next on Node ${version}`, { skip: node === undefined && 'run "npm run nodes"' }, async (t) => {
    if (!needsLibrary(t, 'next', 'react', 'react-dom')) return;
    const { spans, stdout, code } = await traceApp(join(__dirname, 'serve.cjs'), {
      node: node!.path,
      args: [builtSite()],
      env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NODE_NO_WARNINGS: '1' },
      timeout: 60_000,
    });
    assert.equal(code, 0);
    assert.match(stdout, /GET \/api\/cup 200 \{"item":"cup"\}\n/);
    const own = spans.filter(({ tags }) => tags['otel.scope.name'] === 'tracing-agent');
    assert.deepEqual(routesOf(own), {
      'GET /blog/first-post': '/blog/[slug]',
      'HEAD /blog/second-post': '/blog/[slug]',
      'GET /blog/broken': '/blog/[slug]',
      'GET /api/cup': '/api/[item]',
      'GET /shop/42': '/shop/[id]',
      'GET /hook/me': '/hook/[name]',
      'GET /nowhere/5': null,
    });
    // Next.js's own spans are below.
    const server = own.find(({ name }) => name === 'GET /shop/[id]')!;
    const below = spans.filter(({ parentSpanId }) => parentSpanId === server.spanId);
    assert.deepEqual(
      below.map(({ name, tags }) => [name, tags['otel.scope.name']]),
      [['GET /shop/[id]', 'next.js']],
    );
  });
}
