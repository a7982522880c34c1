/**
 * Connect under the agent: the path that middleware is mounted at, and spans of middleware on request.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { routesOf, spansBelow, traceUnchanged } from '../../support/routes';

const fixture = (name: string) => join(__dirname, name);

const routes = {
  'GET /orders/7': '/orders',
  'GET /throws/1': '/throws',
  'GET /fails': '/fails',
  'GET /api/v1/users/3': '/api/v1/users',
  'POST /api/v1/deep': '/api/v1/deep',
  'GET /api/v2/x': '/api/v2',
  // Falls through the nested applications.
  'GET /api/v1/users/none': '/api',
  'GET /after': '/after',
  'GET /middleware': null,
  'GET /nowhere': null,
};

for (const version of ['18', '20', '26']) {
  const node = nodeNamed(version);
  test(`connect on Node ${version}`, { skip: node === undefined && 'run "npm run nodes"' }, async (t) => {
    if (!needsLibrary(t, 'connect')) return;
    const options = { node: node!.path, env: { NODE_ENV: 'test', NODE_NO_WARNINGS: '1' } };
    const { spans } = await traceUnchanged(fixture('routes.cjs'), options);
    assert.deepEqual(routesOf(spans), routes);
    assert.equal(spans.filter(({ tags }) => tags['span.kind'] === undefined).length, 0);
  });
}

for (const library of ['connect-lowest', 'connect']) {
  test(`${library}: detail=middleware makes a span of each middleware`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const env = { LIBRARY: library, NODE_ENV: 'test', TRACING_AGENT_DETAIL: 'middleware' };
    const { spans } = await traceUnchanged(fixture('routes.cjs'), { env });
    assert.deepEqual(routesOf(spans), routes);
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), ['middleware - first', 'request handler - /orders']);
    assert.deepEqual(spansBelow(spans, 'GET /throws/1'), [
      'middleware - first',
      'request handler - /throws!',
      'middleware - last',
    ]);
    assert.deepEqual(spansBelow(spans, 'GET /fails'), [
      'middleware - first',
      'request handler - /fails!',
      'middleware - last',
    ]);
    // Middleware has no route.
    assert.equal(spans.filter(({ tags }) => tags['http.route'] === 'undefined').length, 0);
  });
}

test('connect: an ES module imports it, with detail=handler', async (t) => {
  if (!needsLibrary(t, 'connect')) return;
  const { spans } = await traceUnchanged(fixture('routes.mjs'), { env: { TRACING_AGENT_DETAIL: 'handler' } });
  assert.deepEqual(routesOf(spans), { 'GET /orders/1': '/orders' });
  assert.deepEqual(spansBelow(spans, 'GET /orders/1'), ['request handler - /orders']);
});
