/**
 * The settings for HTTP under the agent: headers that are recorded, requests that are ignored, query strings, timings.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeNamed } from '../../support/nodes';
import { type SeenSpan, traceApp } from '../../support/trace-app';

async function run(asked: [method: string, path: string][], env: Record<string, string>, node?: string) {
  const options = node === undefined ? {} : { node };
  const traced = await traceApp(join(__dirname, 'settings.cjs'), {
    ...options,
    args: [JSON.stringify(asked)],
    env,
  });
  assert.deepEqual([traced.stderr, traced.code], ['', 0]);
  return { spans: traced.spans, seen: traced.stdout.trim().split('\n') };
}

function headersOf(span: SeenSpan | undefined): Record<string, unknown> {
  assert.ok(span);
  return Object.fromEntries(Object.entries(span.tags).filter(([name]) => /\.header\./.test(name)));
}
const find = (spans: SeenSpan[], kind: string, path: string) =>
  spans.find(
    ({ tags }) =>
      tags['span.kind'] === kind && `${tags['url.full'] ?? ''}${tags['url.path'] ?? ''}`.includes(path),
  );

const CAPTURE = {
  TRACING_AGENT_CAPTURE_SERVER_REQUEST_HEADERS: 'host,X-Tenant-*',
  TRACING_AGENT_CAPTURE_SERVER_RESPONSE_HEADERS: 'x-*,*cookie*',
  TRACING_AGENT_CAPTURE_CLIENT_REQUEST_HEADERS: 'x-own,a*',
  TRACING_AGENT_CAPTURE_CLIENT_RESPONSE_HEADERS: 'x-inner,*',
};

for (const name of ['18', '20', '26']) {
  test(`Node ${name}: headers are recorded as arrays, those with credentials for no pattern`, async (t) => {
    const node = nodeNamed(name);
    if (node === undefined) return t.skip(`no Node ${name}: npm run nodes`);
    const { spans } = await run([['GET', '/front']], CAPTURE, node.path);
    assert.doesNotMatch(JSON.stringify(spans), /canary/);
    assert.deepEqual(headersOf(find(spans, 'server', '/front')), {
      'http.request.header.host': '["shop"]',
      'http.request.header.x-tenant-id': '["acme"]',
      'http.response.header.x-front': '["front"]',
      'http.response.header.x-tenant-out': '["t"]',
    });
    for (const path of ['/http?', '/fetch', '/http2']) {
      const headers = headersOf(find(spans, 'client', path));
      assert.equal(headers['http.request.header.x-own'], '["own"]', path);
      assert.equal(headers['http.response.header.x-inner'], path === '/http2' ? '["two"]' : '["inner"]');
      assert.equal(typeof headers['http.response.header.date'], 'string', path);
    }
    assert.deepEqual(headersOf(find(spans, 'server', '/http2')), {
      'http.response.header.x-inner': '["two"]',
    });
  });
}

test("a header with credentials that is named whole is recorded; OpenTelemetry's names of the settings count", async () => {
  const { spans } = await run([['GET', '/front']], {
    OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST: 'cookie',
    OTEL_INSTRUMENTATION_HTTP_CLIENT_CAPTURE_RESPONSE_HEADERS: 'Set-Cookie',
  });
  assert.deepEqual(headersOf(find(spans, 'server', '/front')), {
    'http.request.header.cookie': '["canary-cookie"]',
  });
  for (const path of ['/http?', '/fetch']) {
    assert.deepEqual(headersOf(find(spans, 'client', path)), {
      'http.response.header.set-cookie': '["a=canary-cookie"]',
    });
  }
});

test('an ignored request makes no span, what it calls makes none, and the next service is told so', async () => {
  const { spans, seen } = await run(
    [
      ['GET', '/healthz?full=1'],
      ['OPTIONS', '/front'],
      ['GET', '/static/a.js'],
      ['GET', '/healthz/more'],
    ],
    {
      TRACING_AGENT_IGNORED_METHODS: 'options',
      TRACING_AGENT_IGNORED_PATHS: '/healthz,/static/*,/http2',
      // One that doesn't follow a parent asks for each span.
      OTEL_TRACES_SAMPLER: 'always_on',
    },
  );
  const names = spans.map(({ tags }) => `${tags['span.kind']} ${tags['url.path'] ?? ''}`).sort();
  const ignored = ['/http?page=2&token=canary-token&sig=canary-sig', '/fetch', '/http2'].map(
    (path) => `${path} 00`,
  );
  assert.deepEqual(seen.slice(0, 9), [...ignored, ...ignored, ...ignored]);
  assert.deepEqual(
    seen.slice(9),
    ignored.map((each) => each.replace(/00$/, '01')),
  );
  // Below the ignored ones the next service follows this sampler of its own, which keeps what it gets.
  assert.equal(names.filter((each) => each.startsWith('client')).length, 3);
  assert.equal(names.filter((each) => each === 'server /healthz/more').length, 1);
  assert.equal(names.filter((each) => /healthz$|static|front|http2/.test(each)).length, 0);
});

test('keys of a query are shown or hidden as the settings say', async () => {
  const shown = async (env: Record<string, string>) => {
    const { spans } = await run([['GET', '/front']], env);
    return String(find(spans, 'client', '/http')?.tags['url.full']).split('?')[1];
  };
  assert.equal(
    await shown({ TRACING_AGENT_URL_QUERY_VISIBLE: 'page,sig' }),
    'page=2&token=REDACTED&sig=REDACTED',
  );
  assert.equal(await shown({ TRACING_AGENT_URL_QUERY: 'keep' }), 'page=2&token=canary-token&sig=REDACTED');
  assert.equal(
    await shown({ TRACING_AGENT_URL_QUERY: 'keep', TRACING_AGENT_URL_QUERY_REDACTED: 'token' }),
    'page=2&token=REDACTED&sig=canary-sig',
  );
});

test('timings are events of client spans where they are asked for', async () => {
  const events = async (env: Record<string, string>) => {
    const { spans } = await run([['GET', '/front']], env);
    return ['/http?', '/fetch', '/http2'].map((path) =>
      find(spans, 'client', path)!.logs.map(({ fields }) => fields.event),
    );
  };
  assert.deepEqual(await events({}), [[], [], []]);
  assert.deepEqual(await events({ TRACING_AGENT_HTTP_TIMINGS: 'true' }), [
    ['socket.assigned', 'tcp.connected', 'request.sent', 'response.received'],
    ['request.sent', 'response.received'],
    ['request.sent', 'response.received'],
  ]);
});
