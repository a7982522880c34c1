/**
 * Express 4 and 5 and router under the agent with the setting `detail`: spans of handlers and middleware, in the right
 * contexts, while the application sees no difference; and the routes of the oldest releases.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { routesOf, spansBelow, traceUnchanged } from '../../support/routes';

const fixture = (name: string) => join(__dirname, name);
const internal = (spans: Awaited<ReturnType<typeof traceUnchanged>>['spans']) =>
  spans.filter(({ tags }) => tags['span.kind'] === undefined);

for (const library of ['express4-lowest', 'express4', 'express5-lowest', 'express']) {
  test(`${library}: the routes that the oldest release knows`, async (t) => {
    if (!needsLibrary(t, library)) return;
    // It answers 500 to most of these there, with the agent and without.
    if (library === 'express4-lowest' && Number.parseInt(process.versions.node, 10) > 22)
      return t.skip(`${library} does not work on Node ${process.versions.node}: run it on Node 20`);
    const env = { LIBRARY: libraryFolder(library)!, NODE_NO_WARNINGS: '1' };
    const { spans } = await traceUnchanged(fixture('lowest.cjs'), { env });
    assert.deepEqual(routesOf(spans), {
      'GET /': '/',
      'GET /orders/7': '/orders/:id',
      'HEAD /orders/8': '/orders/:id',
      'GET /files/12': '/^\\/files\\/(\\d+)$/',
      'GET /users/3': '/users/:id',
      'POST /users': '/users',
      'GET /sub/deep/4': '/sub/deep/:x',
      'GET /throws': '/throws',
      'GET /nowhere': null,
    });
    assert.equal(internal(spans).length, 0);
  });
}

for (const library of ['express4', 'express5-lowest', 'express']) {
  const env = (detail: string) => ({
    LIBRARY: libraryFolder(library)!,
    API: libraryFolder('@opentelemetry/api')!,
    NODE_ENV: 'test',
    TRACING_AGENT_DETAIL: detail,
  });

  test(`${library}: detail=middleware makes a span of each middleware and handler, one after the other`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const { spans } = await traceUnchanged(fixture('detail.cjs'), { env: env('middleware') });
    const first = ['middleware - stored', 'middleware - waits'];
    const below = (request: string) =>
      spansBelow(spans, request).filter((name) => !/query|expressInit/.test(name));
    assert.deepEqual(below('GET /api/orders/7'), [
      ...first,
      'middleware - scoped',
      'middleware - check',
      'request handler - /api/orders/:id',
    ]);
    assert.deepEqual(below('GET /throws'), [...first, 'request handler - /throws!', 'middleware - failed']);
    assert.deepEqual(below('GET /both'), [...first, 'request handler - /both!', 'middleware - <anonymous>']);
    assert.deepEqual(below('GET /hostile'), [...first, 'request handler - /hostile!', 'middleware - failed']);
    assert.deepEqual(below('GET /nowhere'), first);
    const handler = spans.find(({ name }) => name === 'request handler - /api/orders/:id')!;
    assert.deepEqual(
      [handler.tags['express.type'], handler.tags['http.route'], handler.duration > 0],
      ['request_handler', '/api/orders/:id', true],
    );
  });

  test(`${library}: detail=handler makes a span of each handler alone`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const { spans } = await traceUnchanged(fixture('detail.cjs'), { env: env('handler') });
    assert.deepEqual(spansBelow(spans, 'GET /api/orders/7'), ['request handler - /api/orders/:id']);
    assert.deepEqual(spansBelow(spans, 'GET /api/skips'), ['request handler - /api/skips']);
    assert.deepEqual(spansBelow(spans, 'GET /nowhere'), []);
  });
}

for (const library of ['router1-lowest', 'router1', 'router2-lowest', 'router2', 'router']) {
  const promises = !library.startsWith('router1');

  test(`${library}: it stands alone as well`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const env = { LIBRARY: library, TRACING_AGENT_DETAIL: 'middleware' };
    const { spans } = await traceUnchanged(fixture('router.cjs'), { env });
    assert.deepEqual(routesOf(spans), {
      'GET /groups/1/users/ann': '/groups/:group/users/:user',
      'GET /orders/7': '/orders/:id',
      'GET /files/12': '/^\\/files\\/(\\d+)$/',
      'GET /one': '/one',
      'GET /two/2': '/two/:x',
      'GET /throws': '/throws',
      'GET /rejects': promises ? '/rejects' : null,
      'GET /nowhere': null,
    });
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), [
      'middleware - first',
      'request handler - /orders/:id',
    ]);
    assert.deepEqual(spansBelow(spans, 'GET /throws'), ['middleware - first', 'request handler - /throws!']);
    assert.deepEqual(spansBelow(spans, 'GET /rejects'), [
      'middleware - first',
      ...(promises ? ['request handler - /rejects!'] : []),
    ]);
  });

  test(`${library}: alone, detail=handler makes a span of each handler`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const env = { LIBRARY: library, TRACING_AGENT_DETAIL: 'handler' };
    const { spans } = await traceUnchanged(fixture('router.cjs'), { env });
    assert.deepEqual(spansBelow(spans, 'GET /orders/7'), ['request handler - /orders/:id']);
    assert.deepEqual(spansBelow(spans, 'GET /groups/1/users/ann'), [
      'request handler - /groups/:group/users/:user',
    ]);
    assert.deepEqual(spansBelow(spans, 'GET /nowhere'), []);
  });
}
