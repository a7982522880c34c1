/**
 * find-my-way alone under the agent: routes by their templates.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { routesOf, traceUnchanged } from '../../support/routes';

test('find-my-way: each request has its route', async (t) => {
  if (!needsLibrary(t, 'find-my-way')) return;
  const { spans } = await traceUnchanged(join(__dirname, 'routes.cjs'), {});
  assert.deepEqual(routesOf(spans), {
    'GET /orders/7': '/orders/:id',
    'GET /optional': '/optional/:id?',
    'GET /optional/2': '/optional/:id?',
    'PUT /both': '/both',
    'DELETE /wild/a/b': '/wild/*',
    'GET /constrained': null,
    'GET /nowhere': null,
  });
});
