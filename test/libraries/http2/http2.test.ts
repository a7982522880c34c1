/**
 * Node's http2 server and client under the agent, in child processes started as a user would, on every Node version.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { floorNodes, nodes } from '../../support/nodes';
import { runApp, type SeenSpan, type TraceOptions, traceApp } from '../../support/trace-app';
import { tree } from '../http/span-tree';

const allNodes = [...floorNodes, ...nodes];

/** The same run with the agent and without looks the same from outside, and tells no secret. */
async function checked(name: string, options: TraceOptions = {}): Promise<SeenSpan[]> {
  const file = join(__dirname, name);
  const [traced, bare] = await Promise.all([
    traceApp(file, options),
    runApp(file, { ...options, preload: 'none' }),
  ]);
  const plain = (text: string) => text.replaceAll(/\(node:\d+\)/g, '(node)');
  assert.equal(plain(traced.stderr), plain(bare.stderr));
  assert.equal(traced.stdout, bare.stdout);
  assert.deepEqual([traced.code, traced.signal], [0, null]);
  assert.doesNotMatch(JSON.stringify(traced.spans), /canary/);
  return traced.spans;
}

const streams = [
  ...[
    ['breaks', '200 NGHTTP2_INTERNAL_ERROR ERROR', '200 E_BROKEN ERROR'],
    ['drops', '200 aborted ERROR', '200 aborted'],
    ['empty', '204', '204'],
    ['endless', '200 NGHTTP2_INTERNAL_ERROR ERROR', '200 NGHTTP2_INTERNAL_ERROR ERROR'],
    ['endless', '200 aborted ERROR', '200 aborted'],
    ['fails', '503 503 ERROR', '503 503 ERROR'],
    ['file', '200', '200'],
    ['headers', '200', '200'],
    ['last', '200', '200'],
    ['own', '200'],
    ['plain', '200', '200'],
    ['pushes', '200', '200'],
    ['refused', '- ECONNREFUSED ERROR'],
    ['resets', '- NGHTTP2_INTERNAL_ERROR ERROR', '- NGHTTP2_INTERNAL_ERROR ERROR'],
    ['silent', '- ABORT_ERR ERROR', '- aborted'],
    ['stream', '201', '201'],
    ['too-late', '- ERR_HTTP2_INVALID_SESSION ERROR'],
    ['unchanged', '304', '304'],
  ].flatMap(([path, outcome, answer]) => [
    `CLIENT GET http://127.0.0.1/${path} ${outcome}`,
    ...(answer === undefined ? [] : [`  SERVER GET /${path} ${answer}`]),
  ]),
  'CLIENT HEAD http://127.0.0.1/plain?token=REDACTED 200',
  '  SERVER HEAD /plain?token=REDACTED 200',
  'CLIENT HTTP http://127.0.0.1/trailers 200',
  '  SERVER HTTP /trailers 200',
  'CLIENT POST http://127.0.0.1/front 200',
  '  SERVER POST /front 200',
  ...['in-data', 'in-end', 'in-finish'].flatMap((path) => [
    `    CLIENT GET http://127.0.0.1/${path} 200`,
    `      SERVER GET /${path} 200`,
  ]),
  'CLIENT PUT http://127.0.0.1/expects 200',
  '  SERVER PUT /expects 200',
  'SERVER GET /own 200',
];
const tunnel = ['CLIENT CONNECT http://db.example:5432/ 200', '  SERVER CONNECT 200'];

for (const node of allNodes) {
  test(`Node ${node.name}: every way in which a request of HTTP/2 is made and ends gives one span a side`, async () => {
    assert.deepEqual(tree(await checked('streams.cjs', { node: node.path })), [...tunnel, ...streams]);
  });

  test(`Node ${node.name}: over TLS, by static import, beside HTTP/1 on the same server`, async () => {
    const spans = await checked('secure.mjs', { node: node.path });
    assert.deepEqual(tree(spans), [
      'CLIENT GET https://localhost/front?token=REDACTED 200',
      '  SERVER GET /front?token=REDACTED 200',
      '    CLIENT GET https://localhost/inner 200',
      '      SERVER GET /inner 200',
      '    CLIENT GET https://localhost/one 200',
      '      SERVER GET /one 200',
    ]);
    assert.equal(new Set(spans.map((span) => span.traceId)).size, 1);
  });

  for (const before of ['', 'node:http', 'node:https']) {
    const name = before === '' ? 'with nothing before' : `after ${before}`;
    test(`Node ${node.name}: http2 is seen in the tick in which it loads, ${name}`, async () => {
      const args = before === '' ? [] : [before];
      assert.deepEqual(tree(await checked('same-tick.cjs', { node: node.path, args })), [
        'CLIENT GET http://127.0.0.1/answered 200',
        '  SERVER GET /answered 200',
        'CLIENT GET http://127.0.0.1/refused - ECONNREFUSED ERROR',
      ]);
    });
  }

  test(`Node ${node.name}: a server that took hold of its emit before the first session is traced`, async () => {
    assert.deepEqual(tree(await checked('own-emit.cjs', { node: node.path })), [
      'CLIENT GET http://127.0.0.1/own 200',
      '  SERVER GET /own 200',
    ]);
  });

  test(`Node ${node.name}: streams of a session that was there before the agent are traced`, async () => {
    const run = await traceApp(join(__dirname, 'early-session.cjs'), { node: node.path, preload: 'none' });
    assert.equal(run.stdout, 'true\n');
    assert.deepEqual(tree(run.spans), ['CLIENT GET http://127.0.0.1/early 200', '  SERVER GET /early 200']);
  });

  test(`Node ${node.name}: an application without http2 doesn't get it loaded`, async () => {
    const run = await traceApp(join(__dirname, 'without.cjs'), { node: node.path });
    assert.equal(run.stdout, '0 function\n');
    assert.equal(run.spans.length, 2);
  });
}

test('the spans of HTTP/2 carry the attributes of the conventions', async () => {
  const spans = await checked('secure.mjs');
  const [asked, answered] = ['client', 'server'].map((kind) => {
    const found = spans.find(
      ({ tags }) =>
        tags['span.kind'] === kind && /front/.test(`${tags['url.full'] ?? ''}${tags['url.path'] ?? ''}`),
    );
    assert.ok(found, kind);
    return found.tags;
  }) as [Record<string, unknown>, Record<string, unknown>];
  const port = Number(/:(\d+)/.exec(String(asked['url.full']))![1]);
  const scope = {
    'otel.scope.name': asked['otel.scope.name'],
    'otel.scope.version': asked['otel.scope.version'],
  };
  const { 'network.peer.address': address, ...tags } = asked;
  assert.match(String(address), /127\.0\.0\.1|::1/);
  assert.deepEqual(tags, {
    ...scope,
    'span.kind': 'client',
    'http.request.method': 'GET',
    'url.full': `https://localhost:${port}/front?token=REDACTED`,
    'server.address': 'localhost',
    'server.port': port,
    'network.peer.port': port,
    'network.protocol.version': '2',
    'http.response.status_code': 200,
  });
  const { 'network.peer.port': peerPort, 'network.peer.address': peer, ...rest } = answered;
  assert.equal(typeof peerPort, 'number');
  assert.deepEqual(rest, {
    ...scope,
    'span.kind': 'server',
    'http.request.method': 'GET',
    'url.scheme': 'https',
    'url.path': '/front',
    'url.query': 'token=REDACTED',
    'server.address': 'localhost',
    'server.port': port,
    'client.address': peer,
    'user_agent.original': 'secure/1.0',
    'network.protocol.version': '2',
    'http.response.status_code': 200,
  });
});

test('http2 can be left out alone, and http with it or without', async () => {
  const env = (disabled: string) => ({ env: { TRACING_AGENT_DISABLED_INSTRUMENTATIONS: disabled } });
  assert.deepEqual(tree(await checked('secure.mjs', env('http2'))), [
    'CLIENT GET https://localhost/one 200',
    '  SERVER GET /one 200',
  ]);
  const alone = tree(await checked('secure.mjs', env('http')));
  assert.equal(alone.length, 4);
  assert.ok(alone.every((line) => !line.includes('/one')));
});

for (const name of ['undici5', 'undici', 'undici7']) {
  test(`${name} over HTTP/2 makes one client span, not another for its session's stream`, async (t) => {
    if (!needsLibrary(t, name)) return;
    assert.deepEqual(tree(await checked('undici.cjs', { args: [libraryFolder(name)!] })), [
      'CLIENT GET https://localhost/over-two 200',
      '  SERVER GET /over-two 200',
    ]);
  });
}

for (const node of nodes) {
  test(`Node ${node.name}: odd arguments and events meet what they would without the agent`, async () => {
    await checked('hostile.cjs', { node: node.path });
  });
}
