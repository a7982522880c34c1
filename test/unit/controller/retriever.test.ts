/**
 * Guards what client-node's informer does to a process when an API server, or a proxy before it, answers oddly: nothing is
 * asked without an end, nothing rejects unheard, and a stop leaves no request open.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createController, type KubernetesListLike } from '../../../src/controller';
import type { Pod } from './fake-informer';
import { pod } from './fake-informer';

interface Watched {
  events: EventEmitter;
  handled: string[];
  failures: unknown[];
  controller: ReturnType<typeof createController>;
}

/** A controller that watches a server which answers watches by `answer`. */
async function watch(
  t: TestContext,
  answer: (response: ServerResponse, number: number) => void,
  list: () => Promise<KubernetesListLike<Pod>> = async () => ({
    metadata: { resourceVersion: '1' },
    items: [],
  }),
): Promise<Watched> {
  const events = new EventEmitter();
  let watches = 0;
  const server = createServer((_request, response) => {
    response.on('close', () => events.emit('closed'));
    answer(response, ++watches);
    events.emit('watch', watches);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kubeConfig = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  // Without it client-node refuses plain HTTP.
  const cluster = { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true };
  kubeConfig.loadFromClusterAndUser(cluster, { name: 'test' });
  const handled: string[] = [];
  const failures: unknown[] = [];
  const controller = createController<Pod>({
    name: 'pods',
    retriever: { kubeConfig, path: '/api/v1/pods', list },
    handler: {
      add(_, { key }) {
        handled.push(key);
        events.emit('handled');
      },
    },
    resyncInterval: 0,
    onError: (error) => {
      failures.push(error);
      events.emit('failed');
    },
  });
  t.after(async () => {
    await controller.stop();
    server.closeAllConnections();
    server.close();
  });
  return { events, handled, failures, controller };
}

const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;

test('a server that ends each watch at once is asked once a second', async (t) => {
  const { events, controller } = await watch(t, (response) => response.end());
  const third = new Promise<void>((resolve) => {
    events.on('watch', (number) => number === 3 && resolve());
  });
  // Not when the first one arrives: a slow first request would shorten what is measured.
  const before = performance.now();
  await controller.start();
  await third;
  const took = performance.now() - before;
  // Timers may be a little early, but not by so much.
  assert.ok(took > 1900, `${took} ms for three watches`);
});

test('an event that can not be read is no unhandled rejection, and others are', async (t) => {
  const { events, controller, handled } = await watch(t, (response) => {
    response.write(line('ADDED', {}) + line('ADDED', pod('a')));
  });
  const first = once(events, 'handled');
  await controller.start();
  await first;
  assert.deepEqual(handled, ['default/a']);
});

test('what is no list is a failure that is told', async (t) => {
  for (const wrong of [undefined, {}, { items: 'no' }, { items: [{}] }]) {
    const { failures, controller } = await watch(
      t,
      (response) => response.flushHeaders(),
      async () => wrong as never,
    );
    await controller.start();
    assert.match(String(failures[0]), /no list of objects/);
    await controller.stop();
  }
});

test('a stop while it lists begins no watch, one before the first answer leaves none open', async (t) => {
  let answerList = (): void => {};
  const listing = await watch(
    t,
    () => assert.fail('a watch after the stop'),
    () =>
      new Promise((resolve) => {
        answerList = () => resolve({ metadata: { resourceVersion: '1' }, items: [] });
      }),
  );
  const started = listing.controller.start();
  await new Promise((resolve) => setImmediate(resolve));
  await listing.controller.stop();
  answerList();
  await started;

  let answerWatch = (): void => {};
  const watching = await watch(t, (response) => {
    answerWatch = () => response.flushHeaders();
  });
  const begun = once(watching.events, 'watch');
  const watched = watching.controller.start();
  await begun;
  await watching.controller.stop();
  const closed = once(watching.events, 'closed');
  answerWatch();
  await watched;
  await closed;
});
