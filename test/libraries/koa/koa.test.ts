/**
 * Koa 2 and 3 with their routers under the agent: routes by their templates, and spans of middleware on request.
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
  'GET /people/me': '/people/:id',
  'GET /files/12': '/^\\/files\\/(\\d+)$/',
  'GET /one': '/one',
  'GET /two': '/two',
  'POST /any': '/any',
  'GET /throws': '/throws',
  'GET /rejects': '/rejects',
  'GET /api/users/ann': '/api/users/:user',
  'GET /api/users/ann/pets/rex': '/api/users/:user/pets/:pet',
  'GET /middleware': null,
  'POST /orders/9': null,
  'GET /nowhere': null,
};

for (const [koa, router] of [
  ['koa2-lowest', 'koa-router7'],
  ['koa2-lowest', 'koa-router12'],
  ['koa2', 'koa-router8'],
  ['koa2', 'koa-router'],
  ['koa3-lowest', 'koa-router15-lowest'],
  ['koa3', '@koa/router'],
] as const) {
  const env = { KOA: koa, ROUTER: router };

  test(`${koa} with ${router}: each request has its route's full template`, async (t) => {
    if (!needsLibrary(t, koa, router)) return;
    const { spans } = await traceUnchanged(fixture('routes.cjs'), { env });
    assert.deepEqual(routesOf(spans), routes);
    assert.equal(spans.filter(({ tags }) => tags['span.kind'] === undefined).length, 0);
  });

  test(`${koa} with ${router}: detail=middleware makes a span of each middleware, one below the other`, async (t) => {
    if (!needsLibrary(t, koa, router)) return;
    const { spans } = await traceUnchanged(fixture('routes.cjs'), {
      env: { ...env, TRACING_AGENT_DETAIL: 'middleware' },
    });
    assert.deepEqual(routesOf(spans), routes);
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), [
      'middleware - first',
      '  middleware - <anonymous>',
      '    middleware - inside',
      '      middleware - check',
      '        router - /orders/:id',
    ]);
    assert.deepEqual(spansBelow(spans, 'GET /rejects'), [
      'middleware - first',
      '  middleware - <anonymous>!',
      '    middleware - inside!',
      '      router - /rejects!',
    ]);
    assert.deepEqual(spansBelow(spans, 'GET /middleware'), [
      'middleware - first',
      '  middleware - <anonymous>',
    ]);
  });
}

/** Both packages were published from the same sources, 8 to 13. */
const routers = [
  ...['koa-router7-lowest', 'koa-router8-lowest', 'koa-router9-lowest', 'koa-router9'],
  ...['koa-router10-lowest', 'koa-router10', 'koa-router11-lowest', 'koa-router11', 'koa-router12-lowest'],
  ...['koa-router13-lowest', 'koa-router13', 'koa-router14'],
  ...['unscoped-koa-router8-lowest', 'unscoped-koa-router8', 'unscoped-koa-router9-lowest'],
  ...['unscoped-koa-router9', 'unscoped-koa-router10-lowest', 'unscoped-koa-router10'],
  ...['unscoped-koa-router11-lowest', 'unscoped-koa-router11', 'unscoped-koa-router12-lowest'],
  ...['unscoped-koa-router12', 'unscoped-koa-router13-lowest', 'unscoped-koa-router13'],
];

for (const router of routers) {
  test(`koa2 with ${router}: each request has its route's full template`, async (t) => {
    if (!needsLibrary(t, 'koa2', router)) return;
    const env = { KOA: 'koa2', ROUTER: router };
    const { spans } = await traceUnchanged(fixture('routes.cjs'), { env });
    assert.deepEqual(routesOf(spans), routes);
  });
}

for (const [mount, router] of [
  ['koa-mount-lowest', '@koa/router'],
  ['koa-mount', 'koa-router7'],
  ['koa-mount', 'koa-router8'],
  ['koa-mount', '@koa/router'],
] as const) {
  test(`${mount} with ${router}: its prefixes are part of the route, also one below the other`, async (t) => {
    if (!needsLibrary(t, 'koa', mount, router)) return;
    const env = { MOUNT: mount, ROUTER: router, TRACING_AGENT_DETAIL: 'handler' };
    const { spans } = await traceUnchanged(fixture('mount.cjs'), { env });
    assert.deepEqual(routesOf(spans), {
      'GET /api/v1/orders': '/api/v1/orders',
      'GET /api/v1/orders/7': '/api/v1/orders/:id',
      'GET /api/v1/orders/7/throws': '/api/v1/orders/:id/throws',
      'GET /api/v1/orders/files/12/x': '/api/v1/orders/^\\/files\\/(\\d+)\\/x$/',
      'GET /api/v1/plain/1': null,
      'GET /api/v1/nowhere/at/all': null,
      // The first release takes no lists.
      'GET /list/8': mount === 'koa-mount-lowest' ? null : '/list/:id',
      'GET /9': '/:id',
      'GET /passed/3': '/passed/:x',
      'GET /passed/3/4/5': null,
    });
    assert.deepEqual(spansBelow(spans, 'GET /api/v1/orders/7'), ['router - /api/v1/orders/:id']);
    assert.deepEqual(spansBelow(spans, 'GET /9'), ['router - /:id']);
  });
}

test('koa3: detail=handler makes a span of the answering handler alone', async (t) => {
  if (!needsLibrary(t, 'koa3', '@koa/router')) return;
  const env = { KOA: 'koa3', ROUTER: '@koa/router', TRACING_AGENT_DETAIL: 'handler' };
  const { spans } = await traceUnchanged(fixture('routes.cjs'), { env });
  assert.deepEqual(spansBelow(spans, 'GET /orders/7'), ['router - /orders/:id']);
  assert.deepEqual(spansBelow(spans, 'GET /people/me'), ['router - /people/:id']);
});

test('koa3: an ES module imports it and its router', async (t) => {
  if (!needsLibrary(t, 'koa3', '@koa/router')) return;
  const env = { TRACING_AGENT_DETAIL: 'middleware' };
  const { spans } = await traceUnchanged(fixture('routes.mjs'), { env });
  assert.deepEqual(routesOf(spans), { 'GET /api/orders/1': '/api/orders/:id' });
  assert.deepEqual(spansBelow(spans, 'GET /api/orders/1'), [
    'middleware - first',
    '  router - /api/orders/:id',
  ]);
});

for (const [koa, router, version] of [
  ['koa2', 'koa-router12', '18'],
  ['koa3', '@koa/router', '26'],
] as const) {
  const node = nodeNamed(version);
  test(`${koa} on Node ${version}`, { skip: node === undefined && 'run "npm run nodes"' }, async (t) => {
    if (!needsLibrary(t, koa, router)) return;
    const options = { node: node!.path, env: { KOA: koa, ROUTER: router, NODE_NO_WARNINGS: '1' } };
    const { spans } = await traceUnchanged(fixture('routes.cjs'), options);
    assert.deepEqual(routesOf(spans), routes);
  });
}
