/**
 * NestJS on Express and on Fastify under the agent: routes with prefix and version, and spans of controllers on request.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { routesOf, spansBelow, traceUnchanged } from '../../support/routes';

const fixture = join(__dirname, 'routes.mjs');

// On Express, Nest's own 404 handler below the prefix is a route.
const routesOn = (platform: string) => ({
  'GET /api/v1/orders': '/api/v1/orders',
  'GET /api/v1/orders/7': '/api/v1/orders/:id',
  'HEAD /api/v1/orders/8': '/api/v1/orders/:id',
  'POST /api/v1/orders/new': '/api/v1/orders/new',
  'POST /api/v1/orders/fresh': '/api/v1/orders/fresh',
  'GET /api/v1/orders/refuse/me': '/api/v1/orders/refuse/:why',
  'GET /api/v1/orders/fail/now': '/api/v1/orders/fail/now',
  'GET /api/shops/2/items/3': '/api/shops/:shop/items/:id',
  'GET /api/nowhere': platform === 'express' ? '/api*path' : null,
});

for (const platform of ['express', 'fastify']) {
  const libraries = ['@nestjs/core', '@nestjs/common', `@nestjs/platform-${platform}`];

  test(`@nestjs/core on ${platform}: each request has its route's full template`, async (t) => {
    if (!needsLibrary(t, ...libraries)) return;
    const { spans } = await traceUnchanged(fixture, { env: { PLATFORM: platform } });
    assert.deepEqual(routesOf(spans), routesOn(platform));
    assert.equal(spans.filter(({ tags }) => tags['span.kind'] === undefined).length, 0);
  });

  test(`@nestjs/core on ${platform}: detail=handler makes a span of each controller method`, async (t) => {
    if (!needsLibrary(t, ...libraries)) return;
    const { spans } = await traceUnchanged(fixture, {
      env: { PLATFORM: platform, TRACING_AGENT_DETAIL: 'handler' },
    });
    assert.deepEqual(routesOf(spans), routesOn(platform));
    // The platform's span holds guards, pipes and interceptors as well.
    assert.deepEqual(spansBelow(spans, 'GET /api/v1/orders/7'), [
      'request handler - /api/v1/orders/:id',
      '  OrdersController.find',
    ]);
    assert.ok(spansBelow(spans, 'GET /api/v1/orders/fail/now').includes('  OrdersController.fail!'));
  });
}

const node = nodeNamed('26');
test('@nestjs/core on Node 26', { skip: node === undefined && 'run "npm run nodes"' }, async (t) => {
  if (!needsLibrary(t, '@nestjs/core', '@nestjs/platform-express')) return;
  const { spans } = await traceUnchanged(fixture, {
    node: node!.path,
    env: { PLATFORM: 'express', TRACING_AGENT_DETAIL: 'handler', NODE_NO_WARNINGS: '1' },
  });
  assert.deepEqual(routesOf(spans), routesOn('express'));
  assert.ok(spansBelow(spans, 'GET /api/v1/orders/7').includes('  OrdersController.find'));
});
