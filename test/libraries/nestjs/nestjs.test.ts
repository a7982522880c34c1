/**
 * NestJS 8 to 12 on Express and on Fastify under the agent: routes with prefix and version, and spans of controllers on request.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { routesOf, spansBelow, traceUnchanged } from '../../support/routes';

const fixture = (name: string) => join(__dirname, name);

const routesOn = (set: string, platform: string) => ({
  'GET /api/v1/orders': '/api/v1/orders',
  'GET /api/v1/orders/7': '/api/v1/orders/:id',
  // The Fastify of NestJS 8 answers no HEAD requests.
  'HEAD /api/v1/orders/8': set.startsWith('nest8') && platform === 'fastify' ? null : '/api/v1/orders/:id',
  'POST /api/v1/orders/new': '/api/v1/orders/new',
  'POST /api/v1/orders/fresh': '/api/v1/orders/fresh',
  'GET /api/v1/orders/refuse/me': '/api/v1/orders/refuse/:why',
  'GET /api/v1/orders/fail/now': '/api/v1/orders/fail/now',
  'GET /api/shops/2/items/3': '/api/shops/:shop/items/:id',
  // Since NestJS 12, its own 404 handler below the prefix is a route on Express.
  'GET /api/nowhere': set === '' && platform === 'express' ? '/api*path' : null,
});

/** Folders of their own hold 8 to 11; none is the newest, whose packages are ES modules. */
/** Those of 12 are ES modules. */
const fileOf = (set: string) => ({ '': 'routes.mjs', 'nest12-lowest': 'set.mjs' })[set] ?? 'set.cjs';

const sets = [
  ...['nest8-lowest', 'nest8', 'nest9-lowest', 'nest9', 'nest10-lowest', 'nest10'],
  ...['nest11-lowest', 'nest11', 'nest12-lowest', ''],
];

for (const set of sets) {
  // Its first release is on a Fastify before those that are traced.
  for (const platform of set === 'nest8-lowest' ? ['express'] : ['express', 'fastify']) {
    const libraries = set === '' ? ['@nestjs/core', '@nestjs/common', `@nestjs/platform-${platform}`] : [set];
    const name = `${set || '@nestjs/core'} on ${platform}`;
    const file = fixture(fileOf(set));
    const env = { SET: set, PLATFORM: platform, NODE_NO_WARNINGS: '1' };

    test(`${name}: each request has its route's full template`, async (t) => {
      if (!needsLibrary(t, ...libraries)) return;
      const { spans } = await traceUnchanged(file, { env });
      assert.deepEqual(routesOf(spans), routesOn(set, platform));
      assert.equal(spans.filter(({ tags }) => tags['span.kind'] === undefined).length, 0);
    });

    test(`${name}: detail=handler makes a span of each controller method`, async (t) => {
      if (!needsLibrary(t, ...libraries)) return;
      const { spans } = await traceUnchanged(file, { env: { ...env, TRACING_AGENT_DETAIL: 'handler' } });
      assert.deepEqual(routesOf(spans), routesOn(set, platform));
      // The platform's span holds guards, pipes and interceptors as well.
      assert.deepEqual(spansBelow(spans, 'GET /api/v1/orders/7'), [
        'request handler - /api/v1/orders/:id',
        '  OrdersController.find',
      ]);
      assert.ok(spansBelow(spans, 'GET /api/v1/orders/fail/now').includes('  OrdersController.fail!'));
    });
  }
}

for (const [set, version] of [
  ['nest8', '18'],
  ['nest11', '26'],
  ['', '26'],
] as const) {
  const node = nodeNamed(version);
  test(`${set || '@nestjs/core'} on Node ${version}`, {
    skip: node === undefined && 'run "npm run nodes"',
  }, async (t) => {
    if (!needsLibrary(t, set || '@nestjs/core')) return;
    const { spans } = await traceUnchanged(fixture(set === '' ? 'routes.mjs' : 'set.cjs'), {
      node: node!.path,
      env: { SET: set, PLATFORM: 'express', TRACING_AGENT_DETAIL: 'handler', NODE_NO_WARNINGS: '1' },
    });
    assert.deepEqual(routesOf(spans), routesOn(set, 'express'));
    assert.ok(spansBelow(spans, 'GET /api/v1/orders/7').includes('  OrdersController.find'));
  });
}
