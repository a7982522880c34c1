/**
 * Express 4 and 5 under the agent, on every Node version: routes by their templates, and no other spans.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodes } from '../../support/nodes';
import { runApp, type SeenSpan, traceApp } from '../../support/trace-app';
import { tree } from '../http/span-tree';

const fixture = (name: string) => join(__dirname, name);

/** Each request of routes.cjs, in order: its target and its route. */
function routes(five: boolean): [string, string | undefined][] {
  return [
    ['GET /', '/'],
    ['GET /plain', '/plain'],
    ['GET /chained/7', '/chained/:id'],
    ['GET /files/a/b.txt', '/^\\/files\\/(.*)$/'],
    ['GET /one', '/one'],
    ['GET /two/2', '/two/:id'],
    ['GET /three', '/^\\/three/g'],
    // Express 5 keeps the expression's `g`, so that it doesn't fit the second time, with the agent or without.
    ['GET /three', five ? undefined : '/^\\/three/g'],
    ['GET /star/a/b', five ? '/star/*rest' : '/star/*'],
    ['HEAD /headless', '/headless'],
    ['HEAD /plain', '/plain'],
    ['OPTIONS /plain', undefined],
    ['GET /users', '/users'],
    ['GET /users/42', '/users/:id'],
    ['POST /users/42', '/users/:id'],
    ['GET /users/42/pets/rex', '/users/:id/pets/:pet'],
    ['GET /api/v1/people/42', '/api/v1/people/:id'],
    ['GET /left/rex', '/left/:pet'],
    ['GET /right/west/rex', '/right/:side/:pet'],
    ['GET /sub/deep/1', '/sub/deep/:x'],
    ['GET /sub/below/9/pets/tom', '/sub/below/:id/pets/:pet'],
    ['GET /fall/x/passed', '/:mount/x/passed'],
    ['GET /middleware/x', undefined],
    ['GET /throws', '/throws'],
    ['GET /rejects', '/rejects'],
    ['GET /skip', '/skip'],
    ['GET /missing/x/y', undefined],
  ];
}

for (const library of ['express4', 'express']) {
  for (const node of nodes) {
    test(`${library} on Node ${node.name}: each request has its route's full template`, async () => {
      const options = { node: node.path, env: { LIBRARY: library, NODE_ENV: 'test' } };
      const traced = await traceApp(fixture('routes.cjs'), options);
      const bare = await runApp(fixture('routes.cjs'), { ...options, preload: 'none' });
      assert.deepEqual([traced.stdout, traced.stderr, traced.code], [bare.stdout, bare.stderr, bare.code]);
      assert.doesNotMatch(JSON.stringify(traced.spans), /canary/);
      const seen = serversInOrder(traced.spans).map(({ name, tags }) => {
        const method = String(tags['http.request.method']);
        const route = tags['http.route'];
        assert.equal(name, route === undefined ? method : `${method} ${route}`);
        return [`${method} ${tags['url.path']}`, route];
      });
      assert.deepEqual(seen, routes(library === 'express'));
      // No spans of middlewares: a server's and a client's for each request.
      assert.equal(traced.spans.length, 2 * seen.length);
      const failed = traced.spans.filter(
        (span) => span.name.endsWith('/throws') || span.name.endsWith('/rejects'),
      );
      for (const { tags } of failed) {
        assert.deepEqual([tags['error.type'], tags['otel.status_code']], ['500', 'ERROR']);
        assert.equal(tags['otel.status_description'], undefined);
      }
      assert.equal(failed.length, 2);
    });

    test(`${library} on Node ${node.name}: a handler after a parsed body and many listeners keeps its context`, async () => {
      const options = { node: node.path, env: { LIBRARY: library } };
      const traced = await traceApp(fixture('context.cjs'), options);
      assert.deepEqual(
        [traced.stdout, traced.stderr, traced.code],
        ['{"got":{"count":3}}\nheard 27\n', '', 0],
      );
      assert.deepEqual(tree(traced.spans), [
        'CLIENT POST http://localhost/orders/5 200',
        '  SERVER POST /orders/:id /orders/5 200',
        '    CLIENT GET http://localhost/stock/5 200',
        '      SERVER GET /stock/5 200',
      ]);
    });
  }
}

for (const node of nodes) {
  test(`express on Node ${node.name}: an ES module's static import is seen`, async () => {
    const traced = await traceApp(fixture('routes.mjs'), { node: node.path });
    assert.deepEqual([traced.stdout, traced.stderr, traced.code], ['200 {"a":1}\n', '', 0]);
    assert.deepEqual(tree(traced.spans), [
      'CLIENT POST http://localhost/api/items/1 200',
      '  SERVER POST /api/items/:id /api/items/1 200',
    ]);
  });
}

/** Server spans in the order of the requests, which came one after another. */
function serversInOrder(spans: SeenSpan[]): SeenSpan[] {
  return spans.filter((span) => span.tags['span.kind'] === 'server');
}
