/**
 * Hono behind @hono/node-server under the agent, as CommonJS and as ES modules: routes by their templates.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { routesOf, spansBelow, traceUnchanged } from '../../support/routes';

const routes = {
  'GET /': '/',
  'GET /orders/7': '/orders/:id',
  'HEAD /orders/8': '/orders/:id',
  // Refused by middleware: no handler ran.
  'GET /orders/9': null,
  'GET /checked/1': '/checked/:id',
  'GET /people/me': '/people/:id',
  'GET /optional': '/optional/:id?',
  'GET /digits/12': '/digits/:id{[0-9]+}',
  'GET /wild/a/b': '/wild/*',
  'PUT /one': '/one',
  'DELETE /two': '/two',
  'PATCH /any': '/any',
  'GET /throws': '/throws',
  'GET /rejects': '/rejects',
  'GET /api/users/ann': '/api/users/:user',
  'GET /api/users/ann/pets/rex': '/api/users/:user/pets/:pet',
  'GET /api/users/ann/pets/none': '/api/users/:user/pets/:pet',
  'GET /nowhere/5': null,
};

for (const [library, fixture, version] of [
  ['hono-lowest', 'routes.cjs', '20'],
  ['hono-lowest', 'routes.mjs', '26'],
  ['hono', 'routes.cjs', '20'],
  ['hono', 'routes.cjs', '26'],
  ['hono', 'routes.mjs', '20'],
  ['hono', 'routes.mjs', '26'],
] as const) {
  const node = nodeNamed(version);
  test(`${library}, ${fixture}, on Node ${version}`, {
    skip: node === undefined && 'run "npm run nodes"',
  }, async (t) => {
    if (!needsLibrary(t, library, '@hono/node-server')) return;
    const { spans } = await traceUnchanged(join(__dirname, fixture), {
      node: node!.path,
      // Under an alias, the package is not among those that are looked for.
      env: {
        LIBRARY: library,
        TRACING_AGENT_ES_MODULES: library === 'hono' ? 'auto' : 'on',
        NODE_NO_WARNINGS: '1',
      },
    });
    assert.deepEqual(routesOf(spans), routes);
  });
}

for (const library of ['hono-lowest', 'hono']) {
  const env = { LIBRARY: library, NODE_NO_WARNINGS: '1' };

  test(`${library}: detail=middleware makes a span of each middleware and handler, one below the other`, async (t) => {
    if (!needsLibrary(t, library, '@hono/node-server')) return;
    const { spans } = await traceUnchanged(join(__dirname, 'routes.cjs'), {
      env: { ...env, TRACING_AGENT_DETAIL: 'middleware' },
    });
    assert.deepEqual(routesOf(spans), routes);
    const anonymous = 'middleware - <anonymous>';
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), [
      anonymous,
      '  middleware - guard',
      '    request handler - /orders/:id',
    ]);
    assert.deepEqual(spansBelow(spans, 'GET /orders/9'), [anonymous, '  middleware - guard']);
    assert.deepEqual(spansBelow(spans, 'GET /throws'), [anonymous, '  request handler - /throws!']);
    assert.deepEqual(spansBelow(spans, 'GET /rejects'), [anonymous, '  request handler - /rejects!']);
    assert.deepEqual(spansBelow(spans, 'GET /nowhere/5'), [anonymous]);
  });

  test(`${library}: detail=handler makes a span of the answering handler alone`, async (t) => {
    if (!needsLibrary(t, library, '@hono/node-server')) return;
    const { spans } = await traceUnchanged(join(__dirname, 'routes.cjs'), {
      env: { ...env, TRACING_AGENT_DETAIL: 'handler' },
    });
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), ['request handler - /orders/:id']);
    assert.deepEqual(spansBelow(spans, 'GET /api/users/ann/pets/rex'), [
      'request handler - /api/users/:user/pets/:pet',
    ]);
    assert.deepEqual(spansBelow(spans, 'GET /nowhere/5'), []);
  });
}
