/**
 * Guards that nothing ends a controller: whatever handlers throw, never finishing ones, odd objects, listeners that throw,
 * and an informer that gives up.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { SpanStatusCode } from '@opentelemetry/api';
import type { HandlerRun } from '../../../src/controller';
import { pod } from './fake-informer';
import { logs } from './recorded-spans';
import { KEY, runController } from './run-controller';

const hostile = Object.defineProperty(Object.create(null), 'message', {
  get() {
    throw new Error('no');
  },
});
for (const [name, thrown, message] of [
  ['a text', 'just text', 'just text'],
  ['nothing', undefined, 'undefined'],
  ['a plain object', { status: 404 }, '{"status":404}'],
  ['an object that cannot be read', hostile, 'an error that cannot be read'],
  ['a symbol', Symbol('odd'), 'Symbol(odd)'],
] as const) {
  test(`a handler that throws ${name}: traced, and the controller lives`, async () => {
    const { roots } = await runController(
      {
        maxRetries: 0,
        handler: {
          add(object) {
            if (object.metadata.name === 'bad') throw thrown;
          },
        },
      },
      (informer) => {
        informer.emit('add', pod('bad'));
        informer.emit('add', pod('good'));
      },
    );
    assert.deepEqual(logs(roots[0]!)[2], ['error', { message }]);
    assert.equal(roots[1]!.status.code, SpanStatusCode.UNSET);
  });
}

test('a handler that never settles counts as failed after its time, is told, and holds up nobody', async () => {
  let told: HandlerRun['signal'] | undefined;
  const { roots } = await runController(
    {
      maxRetries: 0,
      handlerTimeout: 50,
      handler: {
        add(object, { signal }) {
          if (object.metadata.name !== 'stuck') return;
          told = signal;
          return new Promise(() => {});
        },
      },
    },
    (informer) => {
      informer.emit('add', pod('stuck'));
      informer.emit('add', pod('good'));
    },
  );
  assert.equal(told?.aborted, true);
  assert.deepEqual(logs(roots[0]!)[2], [
    'error',
    { message: 'the handler of default/stuck did not settle in 50 ms' },
  ]);
  assert.equal(roots[1]!.attributes[KEY], 'default/good');
});

test('objects without a name, and a listener that throws, end nothing', async () => {
  const { roots } = await runController(
    {
      maxRetries: 0,
      handler: {
        add() {
          throw new Error('bad');
        },
      },
      onError() {
        throw new Error('worse');
      },
    },
    (informer) => {
      for (const odd of [undefined, null, 1, {}, { metadata: null }, { metadata: { name: 7 } }])
        informer.emit('add', odd);
      informer.emit('add', { metadata: { name: 'node-1' } });
    },
  );
  assert.deepEqual(
    roots.map(({ attributes }) => [attributes[KEY], attributes['kubernetes.object.namespace']]),
    [['node-1', '']],
  );
});

test('however many objects can not be read, the next one is handled', async () => {
  const odd = {
    get metadata(): never {
      throw new Error('odd');
    },
  };
  const { roots } = await runController({}, (informer) => {
    for (let count = 0; count < 200; count++) informer.emit('add', odd);
    informer.emit('add', pod('good'));
  });
  assert.equal(roots.length, 1);
});

test('a listener that rejects is no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', listener);
  let told = 0;
  await runController(
    {
      maxRetries: 0,
      handler: {
        add() {
          throw new Error('bad');
        },
      },
      async onError() {
        told++;
        throw new Error('worse');
      },
    },
    (informer) => informer.emit('add', pod('a')),
  );
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listener);
  assert.equal(told, 1);
  assert.deepEqual(unhandled, []);
});

test('an informer that stopped with an error is started again, once for several errors', async () => {
  const done = new EventEmitter();
  const { informer, failures } = await runController({}, async (given) => {
    given.onStart = () => done.emit('again');
    const again = once(done, 'again');
    given.emit('error', new Error('ECONNREFUSED'));
    given.emit('error', new Error('ECONNREFUSED'));
    await again;
  });
  assert.equal(informer.starts, 2);
  assert.deepEqual(
    failures.map(({ key, retried }) => [key, retried]),
    [[undefined, true]],
  );
});
