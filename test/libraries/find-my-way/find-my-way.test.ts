/**
 * find-my-way alone under the agent: routes by their templates, and spans of handlers on request.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { routesOf, spansBelow, traceUnchanged } from '../../support/routes';

/** The first and the last of each major. */
const libraries = [
  ...['find-my-way4-lowest', 'find-my-way4', 'find-my-way5-lowest', 'find-my-way5', 'find-my-way6-lowest'],
  ...['find-my-way6', 'find-my-way7-lowest', 'find-my-way7', 'find-my-way8-lowest', 'find-my-way8'],
  ...['find-my-way9-lowest', 'find-my-way'],
];

for (const library of libraries) {
  test(`${library}: each request has its route`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const { spans } = await traceUnchanged(join(__dirname, 'routes.cjs'), { env: { LIBRARY: library } });
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

  test(`${library}: detail=handler makes a span of each handler`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const env = { LIBRARY: library, TRACING_AGENT_DETAIL: 'handler' };
    const { spans } = await traceUnchanged(join(__dirname, 'routes.cjs'), { env });
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), ['request handler - /orders/:id']);
    assert.deepEqual(spansBelow(spans, 'GET /later'), ['request handler - /later']);
    // Until the response: a timer ends it after 20 ms.
    assert.ok(spans.find(({ name }) => name === 'request handler - /later')!.duration > 10_000);
    assert.deepEqual(spansBelow(spans, 'GET /throws'), ['request handler - /throws!']);
    assert.deepEqual(spansBelow(spans, 'GET /rejects'), ['request handler - /rejects!']);
    assert.deepEqual(spansBelow(spans, 'GET /nowhere'), []);
  });
}
