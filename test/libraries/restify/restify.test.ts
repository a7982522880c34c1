/**
 * restify 11 under the agent: routes by their paths, and spans of handlers on request.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { routesOf, spansBelow, traceUnchanged } from '../../support/routes';

const fixture = (name: string) => join(__dirname, name);

// restify's own dependencies warn about Node's http2 and url.
const quiet = { NODE_NO_WARNINGS: '1' };

const routes = {
  'GET /': '/',
  'GET /orders/7': '/orders/:id',
  // Refused by a handler of `use`, before the route's.
  'GET /orders/9': '/orders/:id',
  'GET /optional': '/optional/:id?',
  'GET /optional/1': '/optional/:id?',
  'GET /wild/a/b': '/wild/*',
  'POST /posted/5': '/posted/:x',
  'HEAD /headed': '/headed',
  'GET /rejects': '/rejects',
  'GET /fails': '/fails',
  'GET /nowhere': null,
  'DELETE /orders/3': null,
};

for (const library of ['restify11-lowest', 'restify']) {
  test(`${library}: each request has its route`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const { spans } = await traceUnchanged(fixture('routes.cjs'), { env: { ...quiet, LIBRARY: library } });
    assert.deepEqual(routesOf(spans), routes);
    assert.equal(spans.filter(({ tags }) => tags['span.kind'] === undefined).length, 0);
  });

  test(`${library}: detail=middleware makes a span of each handler`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const env = { ...quiet, LIBRARY: library, TRACING_AGENT_DETAIL: 'middleware' };
    const { spans } = await traceUnchanged(fixture('routes.cjs'), { env });
    assert.deepEqual(routesOf(spans), routes);
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), [
      'middleware - early',
      'middleware - first',
      'middleware - second',
      'middleware - check',
      'request handler - /orders/:id',
    ]);
    assert.deepEqual(spansBelow(spans, 'GET /orders/9'), ['middleware - early', 'middleware - first!']);
    assert.ok(spansBelow(spans, 'GET /rejects').includes('request handler - /rejects!'));
    assert.ok(spansBelow(spans, 'GET /wild/a/b').includes('request handler - /wild/*'));
    // What `pre` is given runs before there is a route.
    assert.equal(spans.filter(({ tags }) => tags['http.route'] === 'undefined').length, 0);
  });
}

test('restify: detail=handler makes a span of each handler alone, also from an ES module', async (t) => {
  if (!needsLibrary(t, 'restify')) return;
  const env = { ...quiet, TRACING_AGENT_DETAIL: 'handler' };
  const { spans } = await traceUnchanged(fixture('routes.mjs'), { env });
  assert.deepEqual(routesOf(spans), { 'GET /orders/1': '/orders/:id' });
  assert.deepEqual(spansBelow(spans, 'GET /orders/1'), ['request handler - /orders/:id']);
});

const node = nodeNamed('18');
test('restify11 on Node 18', { skip: node === undefined && 'run "npm run nodes"' }, async (t) => {
  if (!needsLibrary(t, 'restify11')) return;
  const { spans } = await traceUnchanged(fixture('routes.cjs'), { node: node!.path, env: quiet });
  assert.deepEqual(routesOf(spans), routes);
});
