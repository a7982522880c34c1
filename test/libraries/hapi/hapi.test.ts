/**
 * hapi 20 and 21 under the agent: routes by their paths, and spans of handlers and lifecycle methods on request.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { routesOf, spansBelow, traceUnchanged } from '../../support/routes';

const fixture = (name: string) => join(__dirname, name);

const routes = {
  'GET /': '/',
  'GET /orders/7': '/orders/{id}',
  'HEAD /orders/8': '/orders/{id}',
  // Refused by authentication, before the handler.
  'GET /orders/9': '/orders/{id}',
  'GET /optional': '/optional/{id?}',
  'GET /files/a/b': '/files/{path*}',
  'POST /both': '/both',
  'PUT /both': '/both',
  'PATCH /any': '/any',
  'GET /throws': '/throws',
  'GET /rejects': '/rejects',
  'GET /nothing': '/nothing',
  'GET /api/users/1': '/api/users/{id}',
  'GET /overruled': null,
  'GET /nowhere/5': null,
  'GET /bad/%zz': null,
  'OPTIONS /cors': null,
};

for (const library of ['hapi20-lowest', 'hapi20', 'hapi21-lowest', '@hapi/hapi']) {
  test(`${library}: each request has its route's path`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const { spans } = await traceUnchanged(fixture('routes.cjs'), { env: { LIBRARY: library } });
    assert.deepEqual(routesOf(spans), routes);
    assert.equal(spans.filter(({ tags }) => tags['span.kind'] === undefined).length, 0);
  });

  test(`${library}: detail=middleware makes a span of each step and handler`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const env = { LIBRARY: library, TRACING_AGENT_DETAIL: 'middleware' };
    const { spans } = await traceUnchanged(fixture('routes.cjs'), { env });
    assert.deepEqual(routesOf(spans), routes);
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), [
      'middleware - door',
      'ext - onPreHandler',
      'middleware - look',
      'route - /orders/{id}',
      'ext - onPreResponse',
    ]);
    assert.ok(spansBelow(spans, 'GET /rejects').includes('route - /rejects!'));
    assert.ok(spansBelow(spans, 'GET /throws').includes('route - /throws!'));
    assert.deepEqual(spansBelow(spans, 'GET /nowhere/5'), ['ext - onPreResponse']);
  });
}

test('@hapi/hapi: detail=handler makes a span of each handler alone, also from an ES module', async (t) => {
  if (!needsLibrary(t, '@hapi/hapi')) return;
  const { spans } = await traceUnchanged(fixture('routes.mjs'), { env: { TRACING_AGENT_DETAIL: 'handler' } });
  assert.deepEqual(routesOf(spans), { 'GET /orders/1': '/orders/{id}' });
  assert.deepEqual(spansBelow(spans, 'GET /orders/1'), ['route - /orders/{id}']);
});

for (const [library, version] of [
  ['hapi20', '18'],
  ['@hapi/hapi', '26'],
] as const) {
  const node = nodeNamed(version);
  test(`${library} on Node ${version}`, { skip: node === undefined && 'run "npm run nodes"' }, async (t) => {
    if (!needsLibrary(t, library)) return;
    const options = { node: node!.path, env: { LIBRARY: library, NODE_NO_WARNINGS: '1' } };
    const { spans } = await traceUnchanged(fixture('routes.cjs'), options);
    assert.deepEqual(routesOf(spans), routes);
  });
}
