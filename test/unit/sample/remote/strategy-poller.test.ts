/**
 * Guards how a sampling server is asked: at once, again after each interval, and on after answers that can't be used.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setLogWriter } from '../../../../src/diagnostics/log';
import type { Strategy } from '../../../../src/sample/remote/strategy';
import { StrategyPoller } from '../../../../src/sample/remote/strategy-poller';

/** Resolves with the next strategy, or the next line of the log, whichever comes first. */
async function outcome(
  t: TestContext,
  answer: RequestListener,
  serviceName = 'shop',
): Promise<Strategy | string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    const before = setLogWriter(resolve);
    const endpoint = `http://user:canary@127.0.0.1:${port}/sampling`;
    const poller = new StrategyPoller({ endpoint, serviceName, interval: 20, onStrategy: resolve });
    t.after(() => {
      setLogWriter(before);
      poller.stop();
      server.close();
      server.closeAllConnections();
    });
    poller.start();
  });
}

const json =
  (body: unknown): RequestListener =>
  (_request, response) =>
    response.end(JSON.stringify(body));

test('it asks at once, with the service name encoded', async (t) => {
  let url: string | undefined;
  const strategy = await outcome(
    t,
    (request, response) => {
      url = request.url;
      json({ probabilisticSampling: { samplingRate: 0.25 } })(request, response);
    },
    'a b&c',
  );
  assert.deepEqual(strategy, { type: 'probabilistic', rate: 0.25 });
  assert.equal(new URL(url!, 'http://x').searchParams.get('service'), 'a b&c');
});

test('it asks again after the interval, also after a failure', async (t) => {
  let asked = 0;
  const got: Strategy[] = [];
  const server = createServer((request, response) => {
    asked++;
    if (asked === 2) response.writeHead(500).end();
    else json({ probabilisticSampling: { samplingRate: asked / 10 } })(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const before = setLogWriter(() => {});
  await new Promise<void>((resolve) => {
    const poller = new StrategyPoller({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      serviceName: 'shop',
      interval: 5,
      onStrategy(strategy) {
        got.push(strategy);
        if (got.length === 2) resolve();
      },
    });
    t.after(() => {
      poller.stop();
      server.close();
    });
    poller.start();
  });
  setLogWriter(before);
  assert.deepEqual(got, [
    { type: 'probabilistic', rate: 0.1 },
    { type: 'probabilistic', rate: 0.3 },
  ]);
});

for (const [name, answer, expected] of [
  ['answers 500', (_request, response) => response.writeHead(500).end('{}'), /it answered 500/],
  ['answers nonsense', (_request, response) => response.end('<html>'), /TA_SAMPLING_FAILED/],
  [
    'lies about a rate',
    json({ probabilisticSampling: { samplingRate: 7 } }),
    /samplingRate is not from 0 to 1/,
  ],
  ['closes the connection', (request) => request.socket.destroy(), /ECONNRESET|closed|hang up/],
  [
    'answers without end',
    (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    },
    /longer than 1048576 bytes/,
  ],
] as [string, RequestListener, RegExp][]) {
  test(`a server that ${name} changes nothing, and is named once without its password`, async (t) => {
    const line = await outcome(t, answer);
    assert.match(String(line), expected);
    assert.doesNotMatch(String(line), /canary/);
  });
}
