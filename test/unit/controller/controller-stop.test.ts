/** Guards how a controller stops: what waits is processed, what is left is named, and no informer or timer holds it up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createController } from '../../../src/controller';
import { FakeInformer, type Pod, pod } from './fake-informer';
import { runController } from './run-controller';

test('stopping processes what waits and its retries, and hears of nothing new', async () => {
  let failed = false;
  const { roots, unprocessed, informer } = await runController(
    {
      handler: {
        add(object) {
          if (object.metadata.name !== 'pod-3' || failed) return;
          failed = true;
          throw new Error('once');
        },
      },
    },
    (given) => {
      for (let number = 0; number < 10; number++) given.emit('add', pod(`pod-${number}`));
    },
  );
  informer.emit('add', pod('late'));
  assert.equal(roots.length, 11);
  assert.deepEqual(unprocessed, []);
  assert.equal(informer.stops, 1);
});

test('what is not done when the time to stop is over is named, and its handlers are told', async () => {
  const signals: AbortSignal[] = [];
  const { unprocessed, roots } = await runController(
    {
      concurrentWorkers: 2,
      handlerTimeout: 0,
      handler: {
        add(_, { signal }) {
          signals.push(signal);
          return new Promise(() => {});
        },
      },
    },
    (informer) => {
      for (const name of ['a', 'b', 'c']) informer.emit('add', pod(name));
    },
    { timeout: 50 },
  );
  assert.deepEqual(unprocessed, ['default/a', 'default/b', 'default/c']);
  assert.equal(roots.length, 0);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true],
  );
});

test('an informer that never stops holds up no stop', async () => {
  const informer = new FakeInformer();
  informer.stop = () => new Promise(() => {});
  const { unprocessed } = await runController({ informer }, () => {}, { timeout: 50 });
  assert.deepEqual(unprocessed, []);
});

test('an informer that still starts when it is stopped is stopped again', async () => {
  const informer = new FakeInformer();
  let listed = (): void => {};
  informer.start = () =>
    new Promise((resolve) => {
      listed = resolve;
    });
  const controller = createController<Pod>({ name: 'pods', informer, handler: { add() {} } });
  const started = controller.start();
  await controller.stop();
  listed();
  await started;
  assert.equal(informer.stops, 2);
});

test('an endless time to stop is one', async () => {
  const { roots, unprocessed } = await runController(
    { handler: { add: () => new Promise((resolve) => setTimeout(resolve, 20)) } },
    (informer) => informer.emit('add', pod('a')),
    { timeout: Number.POSITIVE_INFINITY },
  );
  assert.deepEqual(unprocessed, []);
  assert.equal(roots.length, 1);
});
