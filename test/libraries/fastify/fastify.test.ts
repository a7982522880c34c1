/**
 * Fastify 3 to 5 under the agent: routes by their templates with prefixes, and spans of handlers and hooks on request.
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
  'GET /orders/7': '/orders/:id',
  'HEAD /orders/8': '/orders/:id',
  // Refused by a hook, before the handler.
  'GET /orders/9': '/orders/:id',
  'GET /optional': '/optional/:id?',
  'GET /optional/1': '/optional/:id?',
  'GET /regex/12.png': '/regex/:file(^\\d+).png',
  'GET /wild/a/b': '/wild/*',
  'POST /both': '/both',
  'PUT /both': '/both',
  'GET /throws': '/throws',
  'GET /rejects': '/rejects',
  'GET /later': '/later',
  'GET /api/users/1': '/api/users/:id',
  'GET /api': '/api',
  'GET /api/deep/left/3': '/api/deep/:side/:x',
  // 404 handlers, Fastify's and a plugin's own, are no routes.
  'GET /api/deep/left/3/4': null,
  'GET /nowhere/5': null,
  'GET /bad/%zz': null,
};

const libraries = [
  'fastify3-lowest',
  'fastify3',
  'fastify4-lowest',
  'fastify4',
  'fastify5-lowest',
  'fastify5',
];

for (const library of libraries) {
  test(`${library}: each request has its route's full template`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const traced = await traceUnchanged(fixture('routes.cjs'), { env: { LIBRARY: library } });
    assert.deepEqual(routesOf(traced.spans), routes);
    assert.equal(traced.spans.filter(({ tags }) => tags['span.kind'] === undefined).length, 0);
  });

  test(`${library}: detail=middleware makes a span of each hook and handler`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const env = { LIBRARY: library, TRACING_AGENT_DETAIL: 'middleware' };
    const { spans } = await traceUnchanged(fixture('routes.cjs'), { env });
    assert.deepEqual(routesOf(spans), routes);
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), [
      'middleware - first',
      'middleware - second',
      'request handler - /orders/:id',
      'middleware - onSend',
    ]);
    assert.deepEqual(spansBelow(spans, 'GET /orders/9'), [
      'middleware - first',
      'middleware - second!',
      'middleware - onSend',
    ]);
    assert.ok(spansBelow(spans, 'POST /both').includes('middleware - own'));
    assert.ok(spansBelow(spans, 'GET /rejects').includes('request handler - /rejects!'));
    assert.ok(spansBelow(spans, 'GET /throws').includes('request handler - /throws!'));
  });
}

test('fastify5: detail=handler makes a span of each handler alone', async (t) => {
  if (!needsLibrary(t, 'fastify5')) return;
  const env = { LIBRARY: 'fastify5', TRACING_AGENT_DETAIL: 'handler' };
  const { spans } = await traceUnchanged(fixture('routes.cjs'), { env });
  assert.deepEqual(spansBelow(spans, 'GET /orders/7'), ['request handler - /orders/:id']);
  assert.deepEqual(spansBelow(spans, 'GET /later'), ['request handler - /later']);
  assert.deepEqual(spansBelow(spans, 'GET /nowhere/5'), []);
});

test('fastify: an ES module imports it', async (t) => {
  if (!needsLibrary(t, 'fastify')) return;
  const { spans } = await traceUnchanged(fixture('routes.mjs'), { env: { TRACING_AGENT_DETAIL: 'handler' } });
  assert.deepEqual(routesOf(spans), { 'GET /orders/1': '/orders/:id' });
  assert.deepEqual(spansBelow(spans, 'GET /orders/1'), ['request handler - /orders/:id']);
});

for (const [library, version] of [
  ['fastify4', '18'],
  ['fastify5', '26'],
] as const) {
  const node = nodeNamed(version);
  test(`${library} on Node ${version}`, { skip: node === undefined && 'run "npm run nodes"' }, async (t) => {
    if (!needsLibrary(t, library)) return;
    const options = { node: node!.path, env: { LIBRARY: library, NODE_NO_WARNINGS: '1' } };
    const { spans } = await traceUnchanged(fixture('routes.cjs'), options);
    assert.deepEqual(routesOf(spans), routes);
  });
}
