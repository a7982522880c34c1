/**
 * find-my-way alone under the agent: routes by their templates, and spans of handlers on request.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { routesOf, spansBelow, traceUnchanged } from '../../support/routes';

test('find-my-way: each request has its route', async (t) => {
  if (!needsLibrary(t, 'find-my-way')) return;
  const { spans } = await traceUnchanged(join(__dirname, 'routes.cjs'), {});
  assert.deepEqual(routesOf(spans), {
    'GET /orders/7': '/orders/:id',
    'GET /optional': '/optional/:id?',
    'GET /optional/2': '/optional/:id?',
    'PUT /both': '/both',
    'DELETE /wild/a/b': '/wild/*',
    'GET /later': '/later',
    'GET /throws': '/throws',
    'GET /rejects': '/rejects',
    'GET /constrained': null,
    'GET /nowhere': null,
  });
});

test('find-my-way: detail=handler makes a span of each handler', async (t) => {
  if (!needsLibrary(t, 'find-my-way')) return;
  const env = { TRACING_AGENT_DETAIL: 'handler' };
  const { spans } = await traceUnchanged(join(__dirname, 'routes.cjs'), { env });
  assert.deepEqual(spansBelow(spans, 'GET /orders/7'), ['request handler - /orders/:id']);
  assert.deepEqual(spansBelow(spans, 'GET /later'), ['request handler - /later']);
  // Until the response: a timer ends it after 20 ms.
  assert.ok(spans.find(({ name }) => name === 'request handler - /later')!.duration > 10_000);
  assert.deepEqual(spansBelow(spans, 'GET /throws'), ['request handler - /throws!']);
  assert.deepEqual(spansBelow(spans, 'GET /rejects'), ['request handler - /rejects!']);
  assert.deepEqual(spansBelow(spans, 'GET /nowhere'), []);
});
