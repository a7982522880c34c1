/**
 * Guards posting to a collector, through its answers and failures: retries, pauses, compression, TLS, and what is said.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { createCounters } from '../../../../src/diagnostics/counters';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { HttpTransport, type HttpTransportOptions } from '../../../../src/send/transport/http-transport';
import type { Clock } from '../../../../src/send/transport/retry-policy';

/** Pauses are over at once, and noted; what is as long as a request's time or a stall never comes. */
class SkippingClock implements Clock {
  readonly waited: number[] = [];
  readonly stopped: Promise<void>;
  #stop!: () => void;

  /** @param most pauses; the next is never over */
  constructor(readonly most = Number.POSITIVE_INFINITY) {
    this.stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
  }

  now(): number {
    return Date.now();
  }

  after(milliseconds: number, work: () => void): () => void {
    if (milliseconds >= 600_000 || milliseconds === 3_000) return () => {};
    this.waited.push(milliseconds);
    if (this.waited.length > this.most) {
      this.#stop();
      return () => {};
    }
    const timer = setImmediate(work);
    return () => clearImmediate(timer);
  }
}

const lines: string[] = [];
setLogWriter((line) => lines.push(line));

async function collector(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/traces`;
}

const create = (t: TestContext, url: string, more: Partial<HttpTransportOptions> = {}): HttpTransport => {
  const transport = new HttpTransport({ url, timeout: 5_000, maxBytes: 1_000_000, ...more });
  t.after(() => transport.close());
  return transport;
};
const send = (transport: HttpTransport, text: string) =>
  new Promise<string | undefined>((resolve) => {
    transport.send(Buffer.from(text), 1, resolve);
  });

test('a batch is posted as the collector wants it, over one kept connection', async (t) => {
  const seen: { body: string; headers: IncomingHttpHeaders; port: number | undefined }[] = [];
  const url = await collector(t, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ body, headers: request.headers, port: request.socket.remotePort });
    response.writeHead(202).end();
  });
  const transport = create(t, url, { user: 'me', password: 'x:y', headers: { 'x-tenant': 'a' } });
  assert.equal(await send(transport, 'one'), undefined);
  assert.equal(await send(transport, 'two'), undefined);
  assert.deepEqual(
    seen.map(({ body }) => body),
    ['one', 'two'],
  );
  const { headers } = seen[0]!;
  assert.equal(headers['content-type'], 'application/x-thrift');
  assert.equal(headers.authorization, `Basic ${Buffer.from('me:x:y').toString('base64')}`);
  assert.equal(headers['x-tenant'], 'a');
  assert.equal(seen[0]!.port, seen[1]!.port);
});

test('a token becomes a bearer', async (t) => {
  let authorization: string | undefined;
  const url = await collector(t, (request, response) => {
    authorization = request.headers.authorization;
    response.writeHead(202).end();
    request.resume();
  });
  await send(create(t, url, { token: 'abc' }), 'x');
  assert.equal(authorization, 'Bearer abc');
});

test('an answer that refuses the batch is counted and said once, without the credentials', async (t) => {
  lines.length = 0;
  const url = await collector(t, (request, response) => {
    request.resume();
    response.writeHead(401).end('no');
  });
  const secret = url.replace('//', '//user:canary@').concat('?token=canary');
  const transport = create(t, secret);
  assert.equal(await send(transport, 'x'), 'rejected');
  assert.equal(await send(transport, 'y'), 'rejected');
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /it answered 401/);
  assert.doesNotMatch(lines[0]!, /canary/);
});

for (const [name, answer] of [
  ['closes the connection', (request) => request.socket.destroy()],
  ['never answers', () => {}],
  ['answers 503', (_, response) => response.writeHead(503).end()],
  ['answers 429', (_, response) => response.writeHead(429).end()],
  [
    'breaks off within the request',
    (request) => request.once('data', () => (request.socket as Socket).resetAndDestroy()),
  ],
] as [string, RequestListener][]) {
  test(`a collector that ${name} four times gets the batches after that, the oldest first`, async (t) => {
    const bodies: string[] = [];
    let asked = 0;
    const url = await collector(t, (request, response) => {
      if (++asked <= 4) return answer(request, response);
      request.on('data', (chunk) => bodies.push(String(chunk)));
      request.on('end', () => response.writeHead(202).end());
    });
    const counters = createCounters();
    const transport = create(t, url, {
      timeout: name === 'never answers' ? 300 : 5_000,
      random: () => 0,
      counters,
    });
    const texts = ['a', 'b', 'c', 'd'];
    const sent = texts.map((text) => send(transport, text));
    assert.deepEqual(await Promise.all(sent), [undefined, undefined, undefined, undefined]);
    assert.deepEqual([...new Set(bodies)].sort(), texts);
    assert.equal(bodies[0], 'a');
    assert.ok(counters.retried >= 4);
  });
}

test('what a collector never takes is lost at shutdown, and not before', async (t) => {
  const url = await collector(t, (_, response) => response.writeHead(503).end());
  const transport = create(t, url);
  const lost = send(transport, 'x');
  setImmediate(() => transport.close());
  assert.equal(await lost, 'shutdown');
  assert.equal(await send(transport, 'y'), 'shutdown');
});

test('pauses grow from 250 ms to 4 s, and Retry-After makes one as long as the collector asks', async (t) => {
  const answers: [number, Record<string, string>?][] = [
    ...Array.from({ length: 6 }, (): [number] => [503]),
    [429, { 'retry-after': '7' }],
    [503, { 'retry-after': new Date(Math.ceil(Date.now() / 1000) * 1000 + 9_000).toUTCString() }],
    [503, { 'retry-after': '86400' }],
    [202],
  ];
  const url = await collector(t, (request, response) => {
    request.resume();
    response.writeHead(...answers.shift()!).end();
  });
  const clock = new SkippingClock();
  await send(create(t, url, { clock, random: () => 1, timeout: 600_000 }), 'x');
  const pauses = clock.waited;
  assert.deepEqual(pauses.slice(0, 7), [250, 500, 1000, 2000, 4000, 4000, 7250]);
  assert.ok(pauses[7]! > 250 + 5_000 && pauses[7]! <= 250 + 10_000, String(pauses[7]));
  assert.deepEqual(pauses.slice(8), [30_250]);
});

test('a connection that the collector has closed meanwhile is replaced at once', async (t) => {
  const sockets = new Set<Socket>();
  let bodies = 0;
  const url = await collector(t, (request, response) => {
    // The second request on a connection is never answered: the connection breaks.
    if (sockets.has(request.socket as Socket)) {
      (request.socket as Socket).resetAndDestroy();
      return;
    }
    sockets.add(request.socket as Socket);
    bodies++;
    request.resume();
    response.writeHead(202).end();
  });
  const clock = new SkippingClock();
  const transport = create(t, url, { clock, timeout: 600_000 });
  assert.equal(await send(transport, 'one'), undefined);
  assert.equal(await send(transport, 'two'), undefined);
  assert.equal(bodies, 2);
  assert.deepEqual(clock.waited, [], 'no pause');
});

test('compressed for a collector that takes it; another is asked once, and then sent plain requests', async (t) => {
  const seen: (string | undefined)[] = [];
  let takes = true;
  const url = await collector(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    seen.push(request.headers['content-encoding']);
    const zipped = request.headers['content-encoding'] === 'gzip';
    if (zipped && !takes) return response.writeHead(400).end();
    const body = Buffer.concat(chunks);
    assert.equal(String(zipped ? gunzipSync(body) : body), 'the batch');
    return response.writeHead(202).end();
  });
  lines.length = 0;
  const transport = create(t, url, { compression: 'gzip' });
  assert.equal(await send(transport, 'the batch'), undefined);
  takes = false;
  assert.equal(await send(transport, 'the batch'), undefined);
  assert.equal(await send(transport, 'the batch'), undefined);
  assert.deepEqual(seen, ['gzip', 'gzip', undefined, undefined]);
  assert.deepEqual(
    lines.map((line) => /TA_\w+/.exec(line)?.[0]),
    ['TA_COLLECTOR_PLAIN'],
  );
});

test('https with an authority and a client certificate from files; without them nothing is sent', async (t) => {
  const file = (name: string) => join(__dirname, '../../../libraries/https', name);
  const cert = readFileSync(file('test-cert.pem'));
  const key = readFileSync(file('test-key.pem'));
  const seen: (string | undefined)[] = [];
  const server = createSecureServer({ cert, key, ca: cert, requestCert: true }, (request, response) => {
    seen.push((request.socket as TLSSocket).getPeerCertificate().fingerprint);
    request.resume();
    response.writeHead(202).end();
  }).listen(0);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `https://localhost:${(server.address() as AddressInfo).port}/api/traces`;
  const certificates = {
    caFile: file('test-cert.pem'),
    certFile: file('test-cert.pem'),
    keyFile: file('test-key.pem'),
  };
  assert.equal(await send(create(t, url, certificates), 'x'), undefined);
  assert.equal(seen.length, 1);
  assert.ok(seen[0], 'the client showed a certificate');

  lines.length = 0;
  const clock = new SkippingClock(2);
  const stranger = create(t, url, { clock, timeout: 600_000 });
  const lost = send(stranger, 'x');
  await clock.stopped;
  stranger.close();
  assert.equal(await lost, 'shutdown');
  assert.equal(seen.length, 1);
  assert.match(lines[0]!, /SELF_SIGNED|UNABLE_TO_VERIFY/);
});

test('a URL that no request can be made of loses the batch and throws nothing', async (t) => {
  assert.equal(await send(create(t, 'http://['), 'x'), 'rejected');
});
