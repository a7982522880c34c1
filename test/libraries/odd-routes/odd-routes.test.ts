/**
 * Web frameworks that are given what they don't expect: with the agent, all of it is taken or refused as without, and
 * each request is answered the same. That a function couldn't be wrapped is said in one line.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { runApp, traceApp } from '../../support/trace-app';

const FAULT = /^tracing-agent: the instrumentation [\w-]+ failed once, .* \(TA_PATCH_FAULT;.*\n/m;

for (const [framework, library] of [
  ['express', 'express4'],
  ['express', 'express'],
  ['router', 'router1'],
  ['router', 'router2'],
  ['koa', 'koa2'],
  ['koa', 'koa3'],
  ['fastify', 'fastify4'],
  ['fastify', 'fastify5'],
  ['find-my-way', 'find-my-way'],
  ['hono', 'hono'],
  ['hapi', '@hapi/hapi'],
  ['connect', 'connect'],
  ['restify', 'restify'],
] as const) {
  for (const detail of ['request', 'middleware']) {
    test(`${library}, detail=${detail}: odd paths and handlers are as without the agent`, async (t) => {
      if (!needsLibrary(t, library, '@koa/router', '@hono/node-server')) return;
      const env = { TRACING_AGENT_DETAIL: detail, NODE_ENV: 'test', NODE_NO_WARNINGS: '1' };
      const options = { args: [framework, library], env };
      const traced = await traceApp(join(__dirname, 'routes.cjs'), options);
      const bare = await runApp(join(__dirname, 'routes.cjs'), { ...options, preload: 'none' });
      assert.deepEqual(traced.stdout.split('\n'), bare.stdout.split('\n'));
      assert.deepEqual([traced.stderr.replace(FAULT, ''), traced.code], [bare.stderr, bare.code]);
      assert.doesNotMatch(JSON.stringify(traced.spans), /canary/);
    });
  }
}
