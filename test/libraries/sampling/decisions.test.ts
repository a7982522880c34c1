/**
 * Guards rules, the local tail and the guard of debug flags, with the real preload in front of a real server.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type SeenSpan, traceApp } from '../../support/trace-app';

const fixture = join(__dirname, 'decisions.cjs');

async function run(env: Record<string, string>, ...args: string[]) {
  const traced = await traceApp(fixture, {
    args,
    env: { TRACING_AGENT_SERVICE_NAME: 'shop', ...env },
  });
  assert.equal(traced.code, 0, traced.stderr);
  return { ...traced, ...JSON.parse(traced.stdout) };
}
const paths = (spans: SeenSpan[]) =>
  spans.filter((span) => span.tags['span.kind'] === 'server').map((span) => span.tags['url.path']);
const jaeger = { OTEL_PROPAGATORS: 'jaeger' };

test('rules by path, header and route; the spans of a trace dropped late are dropped with it', async () => {
  const { spans, decisions } = await run(
    {
      TRACING_AGENT_SAMPLING_RULES: 'drop path=/health*; drop route=/users/:id; drop method=DELETE',
    },
    'GET /healthz',
    'GET /orders',
    'GET /users/7',
    'DELETE /orders',
  );
  assert.deepEqual(paths(spans), ['/orders']);
  const root = spans.find((span: SeenSpan) => span.name === 'GET')!;
  assert.equal(root.tags['sampler.type'], undefined, 'no rule decided about it');
  const health = decisions.find(
    (each: { name: string; sampled: boolean }) => each.name === 'GET' && !each.sampled,
  );
  assert.ok(health);
});

test('a header decides, and its rule is named on the root span', async () => {
  const { spans } = await run(
    { ...jaeger, TRACING_AGENT_SAMPLING_RULES: 'keep header.x-load=*; drop kind=server' },
    'GET /a x-load=1',
    'GET /b',
  );
  assert.deepEqual(paths(spans), ['/a']);
  const server = spans.find((span: SeenSpan) => span.tags['span.kind'] === 'server')!;
  assert.equal(server.tags['sampler.param'], 'keep header.x-load=*');
});

test('the local tail sends what failed or took long, and counts the rest', async () => {
  const { spans, droppedByTail } = await run(
    {
      TRACING_AGENT_TAIL_SLOW_MILLIS: '100',
    },
    'GET /fast',
    'GET /error',
    'GET /slow',
  );
  assert.deepEqual(paths(spans).sort(), ['/error', '/slow']);
  assert.equal(spans.filter((span: SeenSpan) => span.name === 'inner').length, 2);
  // The server's and the inner span of /fast.
  assert.equal(droppedByTail, 2);
});

const flags = (value: number) => `uber-trace-id=abc:def:0:${value}`;

test('debug flags and ids count for allowed callers only; others are sampled as if nobody had asked', async () => {
  const base = {
    ...jaeger,
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http',
  };
  const all = await run(base, `GET /flag ${flags(3)}`, 'GET /id jaeger-debug-id=why');
  assert.deepEqual(paths(all.spans), ['/flag', '/id']);
  assert.deepEqual(
    all.spans
      .filter((span: SeenSpan) => span.tags['span.kind'] === 'server')
      .map((span: SeenSpan) => span.flags),
    [3, 3],
  );
  const none = await run(
    { ...base, TRACING_AGENT_DEBUG_CALLERS: '10.0.0.0/8' },
    `GET /flag ${flags(3)}`,
    'GET /id jaeger-debug-id=why',
    `GET /sampled ${flags(1)}`,
  );
  assert.deepEqual(paths(none.spans), ['/sampled']);
  assert.equal(none.debugDenied, 2);
  const local = await run({ ...base, TRACING_AGENT_DEBUG_CALLERS: '127.0.0.0/8' }, `GET /flag ${flags(3)}`);
  assert.deepEqual(paths(local.spans), ['/flag']);
});

test('debug is bounded by a rate and by a shared secret', async () => {
  const base = {
    ...jaeger,
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http',
  };
  const rated = await run(
    { ...base, TRACING_AGENT_DEBUG_RATE: '0.001' },
    `GET /1 ${flags(3)}`,
    `GET /2 ${flags(3)}`,
  );
  assert.deepEqual(paths(rated.spans), ['/1']);
  const secret = await run(
    { ...base, TRACING_AGENT_DEBUG_SECRET: 'sesame' },
    `GET /1 ${flags(3)}`,
    `GET /2 ${flags(3)} x-trace-debug-secret=wrong`,
    `GET /3 ${flags(3)} x-trace-debug-secret=sesame`,
  );
  assert.deepEqual(paths(secret.spans), ['/3']);
  assert.ok(!JSON.stringify(secret.spans).includes('sesame'));
});

test("debug costs credits of Jaeger's throttler, which are asked for by operation", async (t) => {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://x');
    asked.push(url.searchParams);
    const balances = url.searchParams.getAll('operations').map((operation) => ({ operation, balance: 1 }));
    response.end(JSON.stringify({ balances }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { spans, debugDenied } = await run(
    {
      ...jaeger,
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      TRACING_AGENT_DEBUG_CREDITS_ENDPOINT: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    `GET /1 ${flags(3)}`,
  );
  assert.deepEqual([paths(spans), debugDenied], [[], 1], 'nothing before the first credits');
});
