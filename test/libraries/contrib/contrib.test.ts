/**
 * Guards what OpenTelemetry's instrumentations do when this agent drives them: spans of real libraries, in their
 * caller's trace and without values, nothing changed for the application, and nothing read before its library loads.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { runApp, type SeenSpan, type TraceOptions, traceApp } from '../../support/trace-app';

const app = (name: string) => join(__dirname, name);

async function run(name: string, options: TraceOptions = {}) {
  const result = await traceApp(app(name), options);
  assert.equal(result.code, 0, result.stderr);
  assert.doesNotMatch(result.stderr, /tracing-agent:/);
  assert.doesNotMatch(JSON.stringify(result.spans), /secret-/);
  const named = (span: string): SeenSpan => {
    const found = result.spans.find((each) => each.name === span);
    assert.ok(found, `no span ${span} among ${result.spans.map((each) => each.name).join(', ')}`);
    return found;
  };
  const parentOf = (span: SeenSpan) => result.spans.find((each) => each.spanId === span.parentSpanId);
  return { ...result, named, parentOf };
}

test('gRPC: server and client are one trace, failed calls too', async (t) => {
  if (!needsLibrary(t, '@grpc/grpc-js')) return;
  const { spans, stdout, parentOf } = await run('grpc-app.cjs');
  assert.deepEqual(JSON.parse(stdout), { answer: 'one mug', code: 5 });
  const servers = spans.filter((span) => span.tags['rpc.system'] && span.tags['span.kind'] === 'server');
  assert.deepEqual(servers.map((span) => span.name).sort(), [
    'grpc.shop.Stock/Refuse',
    'grpc.shop.Stock/Take',
  ]);
  for (const server of servers) {
    // The HTTP/2 request between them has no spans of its own.
    const above = parentOf(server);
    assert.equal(above?.name, server.name);
    assert.equal(above.tags['span.kind'], 'client');
    assert.equal(server.tags['rpc.grpc.status_code'], server.name.endsWith('Take') ? 0 : 5);
  }
  assert.equal(spans.length, 4);
  const env = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'grpc' };
  const without = await traceApp(app('grpc-app.cjs'), { env });
  const named = without.spans.map((span) => `${span.tags['span.kind']} ${span.name}`);
  assert.deepEqual(named.sort(), ['client POST', 'client POST', 'server POST', 'server POST']);
});

test('GraphQL: a query and its resolvers, literals hidden', async (t) => {
  if (!needsLibrary(t, 'graphql')) return;
  const { named, parentOf, stdout } = await run('graphql-app.cjs');
  assert.deepEqual(JSON.parse(stdout), {
    data: { mug: { name: 'mug', broken: null } },
    errors: ['secret-message'],
  });
  assert.equal(named('query Mug').tags['graphql.source'], 'query Mug { mug(token: "*") { name broken } }');
  assert.equal(parentOf(named('graphql.resolve mug.name'))?.name, 'graphql.resolve mug');
  assert.equal(named('graphql.resolve mug.broken').tags['error.type'], 'Error');
});

test('options reach an instrumentation, and a name that takes none is said once', async (t) => {
  if (!needsLibrary(t, 'graphql')) return;
  const given = { graphql: { ignoreResolveSpans: true }, grapql: { mergeItems: true } };
  const { spans, stderr } = await traceApp(app('graphql-app.cjs'), {
    env: { TRACING_AGENT_INSTRUMENTATION_OPTIONS: JSON.stringify(given) },
  });
  assert.deepEqual(spans.map((span) => span.name).sort(), ['graphql.parse', 'graphql.validate', 'query Mug']);
  assert.match(stderr, /^tracing-agent: the instrumentation grapql takes no options.*TA_OPTIONS_UNUSED.*\n$/);
});

test('dataloader, generic-pool and lru-memoizer keep their callers apart', async (t) => {
  if (!needsLibrary(t, 'dataloader', 'generic-pool', 'lru-memoizer')) return;
  const { named, parentOf, stdout } = await run('pools-app.cjs', {
    env: { OTEL_INSTRUMENTATION_GENERIC_POOL_ENABLED: 'true' },
  });
  assert.deepEqual(JSON.parse(stdout), { loaded: 'mug!', asked: ['first', 'second'] });
  assert.equal(parentOf(named('dataloader.load'))?.name, 'load');
  assert.equal(parentOf(named('dataloader.batch'))?.name, 'dataloader.load');
  assert.equal(parentOf(named('generic-pool.acquire'))?.name, 'pool');
});

test('socket.io: events in and out', async (t) => {
  if (!needsLibrary(t, 'socket.io', 'socket.io-client')) return;
  const { spans, named, parentOf, stdout } = await run('socket-app.cjs');
  assert.equal(stdout, 'mug\n');
  const parent = parentOf(named('send /'));
  assert.equal(parent?.name, 'receive /');
  assert.equal(parent.tags['messaging.socket.io.event_name'], 'order');
  assert.equal(spans.filter((span) => span.name === 'receive /').length, 2);
});

test("the AWS SDK's and OpenAI's calls are above their HTTP requests, and a queue carries the trace", async (t) => {
  if (!needsLibrary(t, '@aws-sdk/client-s3', '@aws-sdk/client-sqs', 'openai')) return;
  const { spans, named, parentOf, stdout } = await run('http-clients-app.cjs');
  assert.deepEqual(JSON.parse(stdout), { body: 'mug', messages: 1, chat: 'secret-answer' });
  const requests = spans.filter((span) => span.name === 'GET' || span.name === 'POST');
  const above = requests
    .filter((span) => span.tags['span.kind'] === 'client')
    .map((span) => parentOf(span)?.name);
  assert.deepEqual(above, ['S3.GetObject', 'orders send', 'orders receive', 'chat gpt-x']);
  assert.equal(named('chat gpt-x').tags['gen_ai.usage.output_tokens'], 5);
  const { traceId, spanId } = named('orders send');
  assert.deepEqual(
    named('orders receive').references.map((each) => [each.traceId, each.spanId]),
    [[traceId, spanId]],
  );
});

test('clients of servers that are not there fail as they do without the agent', async (t) => {
  if (!needsLibrary(t, 'cassandra-driver', 'kafkajs', 'mongodb', 'mongoose')) return;
  const { named, stdout } = await run('unreachable-app.cjs');
  const bare = await runApp(app('unreachable-app.cjs'), { preload: 'none' });
  assert.deepEqual(JSON.parse(stdout).failures, JSON.parse(bare.stdout).failures);
  assert.equal(named('cassandra-driver.execute').tags['error.type'], 'NoHostAvailableError');
  assert.equal(named('send orders').tags['span.kind'], 'producer');
  // KafkaJS hands its headers over before it notices that nobody listens.
  assert.deepEqual(JSON.parse(stdout).headers, ['traceparent', 'uber-trace-id']);
  assert.equal(named('findOne mugs').tags['db.system.name'], 'mongodb');
});

test('an application that loads none of their libraries reads no byte of them, and one that does only its own', async (t) => {
  if (!needsLibrary(t, 'graphql', 'dataloader')) return;
  const plain = await run('files-app.cjs', { args: ['express', 'ioredis', 'pg', 'mysql2'] });
  assert.deepEqual(JSON.parse(plain.stdout), []);
  const { stdout } = await run('files-app.cjs', { args: ['graphql', 'dataloader'] });
  const own = (JSON.parse(stdout) as string[]).filter((file) => !/-(base|rolldown-runtime)\.js$/.test(file));
  assert.deepEqual(own.sort(), ['contrib-graphql.js', 'contrib-small.js', 'patch-contrib-drive.js']);
});

test("Node's own modules are patched only where they are named, for ES modules too", async () => {
  const off = await run('dns-app.mjs');
  assert.deepEqual(off.spans, []);
  const on = await run('dns-app.mjs', { env: { OTEL_INSTRUMENTATION_DNS_ENABLED: 'true' } });
  assert.deepEqual(
    on.spans.map((span) => span.name),
    ['dns.lookup', 'dns.lookup'],
  );
});

test('what the settings leave out is not patched', async (t) => {
  if (!needsLibrary(t, 'dataloader', 'generic-pool', 'lru-memoizer')) return;
  const { spans } = await run('pools-app.cjs', {
    env: {
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'dataloader',
    },
  });
  assert.deepEqual(spans.map((span) => span.name).sort(), ['first', 'load', 'pool', 'second']);
});
