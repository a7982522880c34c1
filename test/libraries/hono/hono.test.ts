/**
 * Hono behind @hono/node-server under the agent, as CommonJS and as ES modules: routes by their templates.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodeNamed } from '../../support/nodes';
import { routesOf, traceUnchanged } from '../../support/routes';

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

for (const fixture of ['routes.cjs', 'routes.mjs']) {
  for (const version of ['20', '26']) {
    const node = nodeNamed(version);
    test(`hono, ${fixture}, on Node ${version}`, {
      skip: node === undefined && 'run "npm run nodes"',
    }, async (t) => {
      if (!needsLibrary(t, 'hono', '@hono/node-server')) return;
      const { spans } = await traceUnchanged(join(__dirname, fixture), {
        node: node!.path,
        env: { NODE_NO_WARNINGS: '1' },
      });
      assert.deepEqual(routesOf(spans), routes);
    });
  }
}
