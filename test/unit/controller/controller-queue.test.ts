/**
 * Guards when objects are handled: no change is missed, none twice at a time, as many as there are workers, and all of them
 * again after the resync interval.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { createController } from '../../../src/controller';
import { FakeInformer, type Pod, pod } from './fake-informer';
import { KEY, runController } from './run-controller';

test('changes while an object is handled make one more processing, never two at a time', async () => {
  let running = 0;
  let most = 0;
  let calls = 0;
  const done = new EventEmitter();
  const informer = new FakeInformer();
  const { roots } = await runController(
    {
      informer,
      concurrentWorkers: 8,
      handler: {
        async add() {
          most = Math.max(most, ++running);
          if (++calls === 1) for (let change = 0; change < 5; change++) informer.emit('update', pod('a'));
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          done.emit(`call ${calls}`);
        },
      },
    },
    async () => {
      const second = once(done, 'call 2');
      for (let change = 0; change < 5; change++) informer.emit('add', pod('a'));
      await second;
    },
  );
  assert.equal(roots.length, 2);
  assert.equal(most, 1);
});

test('as many objects at a time as there are workers', async () => {
  let running = 0;
  let most = 0;
  const { roots } = await runController(
    {
      concurrentWorkers: 3,
      handler: {
        async add() {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running--;
        },
      },
    },
    (informer) => {
      for (let number = 0; number < 20; number++) informer.emit('add', pod(`pod-${number}`));
    },
  );
  assert.equal(roots.length, 20);
  assert.equal(most, 3);
});

test('all objects are looked at again after the resync interval', async () => {
  const done = new EventEmitter();
  let calls = 0;
  await runController(
    {
      resyncInterval: 20,
      handler: {
        add() {
          if (++calls === 6) done.emit('done');
        },
      },
    },
    async (informer) => {
      const finished = once(done, 'done');
      informer.emit('add', pod('a'));
      informer.emit('add', pod('b'));
      await finished;
    },
  );
  assert.ok(calls >= 6);
});

test('what an informer knows already is handled as added', async () => {
  const informer = Object.assign(new FakeInformer(), { list: () => [pod('known')] });
  const { roots } = await runController({ informer }, () => {});
  assert.deepEqual(
    roots.map(({ attributes }) => attributes[KEY]),
    ['default/known'],
  );
});

test('two controllers with the same objects: each processes all of them, as docs/kubernetes.md warns', async () => {
  const informer = new FakeInformer();
  const other = createController<Pod>({ name: 'other', informer, handler: { add: () => void others++ } });
  let others = 0;
  await other.start();
  const { roots } = await runController({ informer }, () => {
    for (const name of ['a', 'b']) informer.emit('add', pod(name));
  });
  await other.stop();
  assert.deepEqual([roots.length, others], [2, 2]);
});
