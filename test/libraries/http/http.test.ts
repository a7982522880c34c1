/**
 * Node's http server and client under the agent, in child processes started as a user would, on every Node version.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { floorNodes, nodes } from '../../support/nodes';
import { runApp, type SeenSpan, traceApp } from '../../support/trace-app';
import { tree } from './span-tree';

const fixture = (name: string) => join(__dirname, name);
const allNodes = [...floorNodes, ...nodes];

/** The same run with the agent and without looks the same from outside, and tells no secret. */
async function checked(name: string, options: Parameters<typeof traceApp>[1]): Promise<SeenSpan[]> {
  const [traced, bare] = await Promise.all([
    traceApp(fixture(name), options),
    runApp(fixture(name), { ...options, preload: 'none' }),
  ]);
  assert.equal(traced.stderr, bare.stderr);
  assert.equal(traced.stdout, bare.stdout);
  assert.deepEqual([traced.code, traced.signal], [0, null]);
  assert.doesNotMatch(JSON.stringify(traced.spans), /canary/);
  return traced.spans;
}

const pair = [
  'CLIENT POST http://localhost/front?secret=REDACTED&REDACTED 201',
  '  SERVER POST /front?secret=REDACTED&REDACTED 201',
  ...['before', 'in-close', 'in-data', 'in-end', 'in-finish'].flatMap((path) => [
    `    CLIENT GET http://localhost/${path}?token=REDACTED 200`,
    `      SERVER GET /${path}?token=REDACTED 200`,
  ]),
];

const lifecycle = [
  ...[
    '/again 200',
    '/breaks 200',
    '/fails 503',
    '/keys 200',
    '/plain 200',
    '/plain 200',
    '/stream 200',
  ].flatMap((line) => {
    const client = line.startsWith('/breaks') ? ' aborted ERROR' : line.endsWith('503') ? ' 503 ERROR' : '';
    const server = line.startsWith('/breaks') ? ' E_BROKEN ERROR' : client;
    return [`CLIENT GET http://localhost${line}${client}`, `  SERVER GET ${line}${server}`];
  }),
  'CLIENT HEAD http://localhost/plain 200',
  '  SERVER HEAD /plain 200',
  'CLIENT PUT http://localhost/refused 417 417 ERROR',
  '  SERVER PUT /refused 417',
  'CLIENT PUT http://localhost/upload 200',
  '  SERVER PUT /upload 200',
  'SERVER CONNECT 200',
  'SERVER GET /endless 200 aborted',
  'SERVER GET /forbidden 403',
  'SERVER GET /never?REDACTED - aborted',
  'SERVER GET /never?REDACTED - aborted',
  'SERVER GET /plain 200',
  'SERVER GET /plain?REDACTED 200',
  'SERVER GET /plain?REDACTED 200',
  'SERVER GET /plain?REDACTED 200 aborted',
  'SERVER GET /plain?q=REDACTED 200',
  'SERVER GET /slow?REDACTED 200',
  'SERVER GET /socket 101',
  'SERVER HTTP /plain 200',
];

const client = [
  ['GET', 'agent', '200', '200'],
  ['GET', 'connection', '200', '200'],
  ['GET', 'cut', '200 aborted ERROR', '200 aborted'],
  ['GET', 'flat', '200', '200'],
  ['GET', 'get?a=REDACTED', '200', '200'],
  ['GET', 'hang/abort', '- ABORT_ERR ERROR', '- aborted'],
  ['GET', 'hang/timeout', '- E_LATE ERROR', '- aborted'],
  ['GET', 'no-agent', '200', '200'],
  ['GET', 'own', '200'],
  ['GET', 'own-flat', '200'],
  ['GET', 'pairs', '200', '200'],
  ['GET', 'queued/1', '200', '200'],
  ['GET', 'queued/2', '200', '200'],
  ['GET', 'queued/3', '200', '200'],
  ['GET', 'refused', '- ECONNREFUSED ERROR'],
  ['GET', 'status/404', '404 404 ERROR', '404'],
  ['GET', 'status/500', '500 500 ERROR', '500 500 ERROR'],
  ['GET', 'upgrade', '101', '101'],
].flatMap(([method, path, outcome, answer]) => [
  `CLIENT ${method} http://127.0.0.1/${path} ${outcome}`,
  ...(answer === undefined ? [] : [`  SERVER ${method} /${path} ${answer}`]),
]);
client.push(
  'CLIENT GET http://no-such-host.invalid/not-found - ENOTFOUND ERROR',
  'CLIENT HTTP http://127.0.0.1/odd 200',
  '  SERVER HTTP /odd 200',
  'CLIENT PUT http://127.0.0.1/expect 200',
  '  SERVER PUT /expect 200',
  'SERVER GET /own 200',
  'SERVER GET /own-flat 200',
);

for (const node of allNodes) {
  for (const name of ['pair.cjs', 'pair.mjs']) {
    test(`Node ${node.name}: what a handler's listeners ask for is below its request (${name})`, async () => {
      const spans = await checked(name, { node: node.path });
      assert.deepEqual(tree(spans), pair);
      assert.equal(new Set(spans.map((span) => span.traceId)).size, 1);
    });
  }

  test(`Node ${node.name}: every way in which a server's request ends gives one span`, async () => {
    assert.deepEqual(tree(await checked('lifecycle.cjs', { node: node.path })), lifecycle);
  });

  test(`Node ${node.name}: every way in which a client sends or fails gives one span`, async () => {
    const spans = await checked('client.cjs', { node: node.path });
    // One that is never sent is open until the process ends.
    assert.deepEqual(tree(spans.filter((span) => span.tags.unfinished === undefined)), client);
    // Headers given as a list are stored before the address is known.
    const flat = spans.find((span) => String(span.tags['url.full']).endsWith('/flat'));
    assert.match(String(flat?.tags['url.full']), /^http:\/\/127\.0\.0\.1:\d+\/flat$/);
    assert.equal(typeof flat?.tags['server.port'], 'number');
  });
}

test('servers with an `emit` of their own from the first turn have one span a request, and keep their look', async () => {
  assert.deepEqual(tree(await checked('own-emit.cjs', {})), [
    'CLIENT GET http://localhost/plain 200',
    '  SERVER GET /plain 200',
    'CLIENT GET https://localhost/secure 200',
    '  SERVER GET /secure 200',
  ]);
});

test('a server span and a client span carry the attributes of the conventions', async () => {
  const spans = await checked('pair.cjs', { preload: 'import' });
  const [asked, answered] = [spans.find((s) => s.parentSpanId === '0'.repeat(16))!, byPath(spans, '/front')];
  const port = Number(/:(\d+)/.exec(String(asked.tags['url.full']))![1]);
  const scope = {
    'otel.scope.name': asked.tags['otel.scope.name'],
    'otel.scope.version': asked.tags['otel.scope.version'],
  };
  const { 'network.peer.address': address, ...tags } = asked.tags;
  assert.match(String(address), /127\.0\.0\.1|::1/);
  assert.deepEqual(tags, {
    ...scope,
    'span.kind': 'client',
    'http.request.method': 'POST',
    'url.full': `http://localhost:${port}/front?secret=REDACTED&REDACTED`,
    'server.address': 'localhost',
    'server.port': port,
    'network.peer.port': port,
    'network.protocol.version': '1.1',
    'http.response.status_code': 201,
  });
  const { 'network.peer.port': peerPort, 'network.peer.address': peer, ...rest } = answered.tags;
  assert.equal(typeof peerPort, 'number');
  assert.deepEqual(rest, {
    ...scope,
    'span.kind': 'server',
    'http.request.method': 'POST',
    'url.scheme': 'http',
    'url.path': '/front',
    'url.query': 'secret=REDACTED&REDACTED',
    'server.address': 'localhost',
    'server.port': port,
    'client.address': peer,
    'user_agent.original': 'pair/1.0',
    'network.protocol.version': '1.1',
    'http.response.status_code': 201,
  });
});

test('an unknown method, a proxy in front, an absolute target and a Host header are described as they were', async () => {
  const spans = await checked('lifecycle.cjs', {});
  const odd = spans.find((span) => span.name === 'HTTP')!.tags;
  assert.equal(odd['http.request.method'], '_OTHER');
  assert.equal(odd['http.request.method_original'], 'MKCOL');
  assert.equal(odd['client.address'], '203.0.113.7');
  assert.equal(odd['network.peer.address'], '127.0.0.1');
  assert.equal(odd['server.address'], 'shop.example');
  assert.equal(odd['server.port'], 8080);
  assert.ok(spans.some((span) => span.tags['client.address'] === '2001:db8::7'));
  assert.equal(spans.find((span) => span.tags['url.query'] === 'q=REDACTED')!.tags['url.path'], '/plain');
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

async function passedOn(sent: Record<string, string>, env: Record<string, string> = {}) {
  const run = await traceApp(fixture('passes-on.cjs'), { env: { SENT: JSON.stringify(sent), ...env } });
  assert.deepEqual([run.stderr, run.code], ['', 0]);
  const seen: Record<string, string>[] = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(seen.length, 2);
  return { spans: run.spans, seen };
}

for (const [format, headers] of Object.entries<Record<string, string>>({
  traceparent: { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'other=1' },
  'uber-trace-id': { 'uber-trace-id': `${TRACE}:${PARENT}:0:1` },
})) {
  for (const proxy of [false, true]) {
    const how = proxy ? ', which a proxy passes on as it came' : '';
    test(`a trace that comes in ${format} goes on through the service to the next${how}`, async () => {
      const sent = { ...headers, baggage: 'tenant=acme', 'X-Plain': '1' };
      const { spans, seen } = await passedOn(sent, {
        OTEL_PROPAGATORS: 'tracecontext,baggage,jaeger',
        ...(proxy ? { PROXY: '1' } : {}),
      });
      const middle = byPath(spans, '/middle');
      assert.deepEqual([middle.traceId, middle.parentSpanId], [TRACE, PARENT]);
      for (const [i, path] of ['/http', '/fetch'].entries()) {
        const sender = spans.find(
          (span) => span.parentSpanId === middle.spanId && String(span.tags['url.full']).endsWith(path),
        )!;
        assert.equal(seen[i]!.traceparent, `00-${TRACE}-${sender.spanId}-01`);
        assert.equal(seen[i]!['uber-trace-id'], `${TRACE}:${sender.spanId}:0:1`);
        assert.equal(seen[i]!.baggage, 'tenant=acme');
        if (format === 'traceparent') assert.equal(seen[i]!.tracestate, 'other=1');
        assert.equal(byPath(spans, path).parentSpanId, sender.spanId);
      }
    });
  }
}

test('an unsampled trace makes no span, and the next service still learns that it is unsampled', async () => {
  const { spans, seen } = await passedOn({ traceparent: `00-${TRACE}-${PARENT}-00`, baggage: 'tenant=acme' });
  assert.deepEqual(spans, []);
  for (const headers of seen) {
    assert.match(headers.traceparent!, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
    assert.equal(headers.baggage, 'tenant=acme');
  }
});

test('headers from outside that can be no headers of ours are left out and harm nothing', async () => {
  const { spans, seen } = await passedOn(
    {
      'uber-trace-id': 'nonsense',
      traceparent: `00-${'0'.repeat(32)}-${PARENT}-01`,
      baggage: 'a%20b=1,ok=2',
    },
    { OTEL_PROPAGATORS: 'tracecontext,baggage,jaeger' },
  );
  assert.equal(byPath(spans, '/middle').parentSpanId, '0'.repeat(16));
  assert.equal(seen[0]!['uberctx-ok'], '2');
  assert.equal(seen[0]!.traceparent!.slice(3, 35), byPath(spans, '/middle').traceId);
});

function byPath(spans: SeenSpan[], path: string): SeenSpan {
  const span = spans.find((each) => each.tags['url.path'] === path);
  assert.ok(span, `no server span of ${path}`);
  return span;
}
