/**
 * Guards what a controller does with objects and failures: Kooper's spans, tags and logs, the retries it counts, that no
 * change and no key is lost, and that no handler can end it.
 * Long, because each failure that a controller must outlive is a short test on the same stand-in of an informer.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type ControllerOptions, createController, type HandlerRun } from '../../../src/controller';
import { FakeInformer, type Pod, pod } from './fake-informer';
import { logs, recordSpans } from './recorded-spans';

const KEY = 'kubernetes.object.key';

/** A controller that ran through what `feed` says and was stopped. */
async function run(
  options: Partial<ControllerOptions<Pod>>,
  feed: (informer: FakeInformer) => void | Promise<void>,
  stop?: { timeout: number },
) {
  const spans = recordSpans();
  const informer = new FakeInformer();
  const failures: { error: unknown; key: string | undefined; retried: boolean }[] = [];
  const controller = createController<Pod>({
    name: 'pods',
    informer,
    handler: { add() {} },
    // A resync would find what was lost.
    resyncInterval: 0,
    tracer: spans.tracer,
    onError: (error, { key, retried }) => failures.push({ error, key, retried }),
    ...options,
  });
  await controller.start();
  await feed(informer);
  const { unprocessed } = await controller.stop(stop);
  return { ...spans, informer, failures, unprocessed, roots: spans.all('processJob') };
}

const common = {
  component: 'kooper',
  'kooper.controller': 'pods',
  'controller.cfg.name': 'pods',
  'controller.cfg.resync_interval': '2m0s',
  'controller.cfg.max_retries': 5,
  'controller.cfg.concurrent_workers': 30,
};

test('one processing is the trace that Kooper makes', async () => {
  const { roots, all } = await run(
    { resyncInterval: 120_000, maxRetries: 5, concurrentWorkers: 30 },
    (informer) => {
      informer.emit('add', pod('dns', 'kube-system'));
    },
  );
  assert.equal(roots.length, 1);
  const root = roots[0]!;
  const key = 'kube-system/dns';
  assert.equal(root.kind, SpanKind.CONSUMER);
  assert.equal(root.parentSpanContext, undefined);
  assert.equal(root.status.code, SpanStatusCode.UNSET);
  assert.deepEqual(root.attributes, {
    ...common,
    [KEY]: key,
    'kubernetes.object.namespace': 'kube-system',
    'kubernetes.object.name': 'dns',
    'kubernetes.object.total_processed_times': 1,
    'kubernetes.object.processing_retry': false,
  });
  assert.deepEqual(logs(root), [
    ['baggage', { event: 'baggage', key: KEY, value: key }],
    ['process_object', { [KEY]: key }],
    ['forget', { message: 'object processed correctly', [KEY]: key }],
    ['', { success: true }],
  ]);
  const child = all('handleAddObject')[0]!;
  assert.equal(child.kind, SpanKind.CONSUMER);
  assert.equal(child.parentSpanContext?.spanId, root.spanContext().spanId);
  assert.deepEqual(child.attributes, { ...common, [KEY]: key });
  assert.deepEqual(logs(child), [['add', { [KEY]: key }]]);
});

test('a failed object is tried again as often as configured, then left', async () => {
  const retries: number[] = [];
  const { roots, all, failures } = await run(
    {
      maxRetries: 2,
      handler: {
        add(_, run) {
          retries.push(run.retries);
          throw new Error('randomly failed');
        },
      },
    },
    (informer) => informer.emit('add', pod('a')),
  );
  assert.deepEqual(retries, [0, 1, 2]);
  assert.deepEqual(
    roots.map(({ attributes }) => [
      attributes['kubernetes.object.total_processed_times'],
      attributes['kubernetes.object.processing_retry'],
    ]),
    [
      [1, false],
      [2, true],
      [3, true],
    ],
  );
  const [first, second, last] = roots.map((root) => logs(root).slice(2));
  const key = { [KEY]: 'default/a' };
  const reenqueued = (consumed: number, remaining: number) => [
    ['error', { message: 'randomly failed' }],
    [
      'reenqueued',
      {
        'kubernetes.object.retries_remaining': remaining,
        'kubernetes.object.retries_consumed': consumed,
        ...key,
      },
    ],
    ['', { success: false }],
  ];
  assert.deepEqual(first, reenqueued(1, 1));
  assert.deepEqual(second, reenqueued(2, 0));
  assert.deepEqual(last, [
    ['error', { message: 'randomly failed' }],
    ['forget', { message: 'max number of retries reached after failing, forgetting object key', ...key }],
    ['', { success: false }],
  ]);
  for (const span of [...roots, ...all('handleAddObject')])
    assert.equal(span.status.code, SpanStatusCode.ERROR);
  assert.deepEqual(logs(all('handleAddObject')[0]!), [
    ['add', key],
    ['error', { message: 'randomly failed' }],
  ]);
  assert.deepEqual(
    failures.map((each) => each.retried),
    [true, true, false],
  );
});

test('a success starts the count of retries anew', async () => {
  const counts: number[] = [];
  const done = new EventEmitter();
  await run(
    {
      handler: {
        add(_, { retries }) {
          counts.push(retries);
          if (counts.length === 1) throw new Error('once');
          if (counts.length === 2) setImmediate(() => done.emit('done'));
        },
      },
    },
    async (informer) => {
      informer.emit('add', pod('a'));
      await once(done, 'done');
      informer.emit('update', pod('a'));
    },
  );
  assert.deepEqual(counts, [0, 1, 0]);
});

test('the handler runs in its span, with the key in the baggage and nothing of what told of the object', async () => {
  let seen: unknown;
  const { tracer: other } = recordSpans();
  const { all } = await run(
    {
      handler: {
        async add() {
          await null;
          seen = [trace.getActiveSpan(), propagation.getActiveBaggage()?.getAllEntries()];
        },
      },
    },
    (informer) => other.startActiveSpan('watch', () => informer.emit('add', pod('a'))),
  );
  const [span, baggage] = seen as [{ spanContext(): object }, unknown];
  assert.deepEqual(span.spanContext(), all('handleAddObject')[0]!.spanContext());
  assert.deepEqual(baggage, [[KEY, { value: 'default/a' }]]);
  assert.equal(all('processJob')[0]!.parentSpanContext, undefined);
});

test('an object that is gone is handled as deleted, with or without a handler for that', async () => {
  const deleted: string[] = [];
  const gone = (informer: FakeInformer) => {
    informer.emit('add', pod('a'));
    informer.emit('delete', pod('a'));
  };
  const { all } = await run({ handler: { add() {}, delete: (key) => deleted.push(key) } }, gone);
  assert.deepEqual(deleted, ['default/a']);
  assert.deepEqual(logs(all('handleDeleteObject')[0]!), [['delete', { [KEY]: 'default/a' }]]);
  const without = await run({}, gone);
  assert.equal(without.all('handleDeleteObject')[0]!.status.code, SpanStatusCode.UNSET);
});

test('a handler that deletes its object and fails is tried again as a deletion', async () => {
  const { all, roots } = await run(
    { handler: { add: () => Promise.reject(new Error('gone')), delete() {} } },
    async (informer) => {
      informer.emit('add', pod('a'));
      informer.emit('delete', pod('a'));
    },
  );
  assert.ok(roots.length >= 1);
  assert.equal(all('handleDeleteObject').length >= 1, true);
  assert.equal(roots.at(-1)!.status.code, SpanStatusCode.UNSET);
});

test('changes while an object is handled make one more processing, never two at a time', async () => {
  let running = 0;
  let most = 0;
  let calls = 0;
  const done = new EventEmitter();
  const informer = new FakeInformer();
  const { roots } = await run(
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
  const { roots } = await run(
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
    const { roots } = await run(
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
  const { roots } = await run(
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

test('stopping processes what waits and its retries, and hears of nothing new', async () => {
  let failed = false;
  const { roots, unprocessed, informer } = await run(
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
  const { unprocessed, roots } = await run(
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

test('all objects are looked at again after the resync interval', async () => {
  const done = new EventEmitter();
  let calls = 0;
  await run(
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

test('an informer that stopped with an error is started again, once for several errors', async () => {
  const done = new EventEmitter();
  const { informer, failures } = await run({}, async (given) => {
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

test('objects without a name, and a listener that throws, end nothing', async () => {
  const { roots } = await run(
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
  const { roots } = await run({}, (informer) => {
    for (let count = 0; count < 200; count++) informer.emit('add', odd);
    informer.emit('add', pod('good'));
  });
  assert.equal(roots.length, 1);
});

test('what an informer knows already is handled as added', async () => {
  const informer = Object.assign(new FakeInformer(), { list: () => [pod('known')] });
  const { roots } = await run({ informer }, () => {});
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
  const { roots } = await run({ informer }, () => {
    for (const name of ['a', 'b']) informer.emit('add', pod(name));
  });
  await other.stop();
  assert.deepEqual([roots.length, others], [2, 2]);
});

test('a listener that rejects is no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', listener);
  let told = 0;
  await run(
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

test('an informer that never stops holds up no stop', async () => {
  const informer = new FakeInformer();
  informer.stop = () => new Promise(() => {});
  const { unprocessed } = await run({ informer }, () => {}, { timeout: 50 });
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
  const { roots, unprocessed } = await run(
    { handler: { add: () => new Promise((resolve) => setTimeout(resolve, 20)) } },
    (informer) => informer.emit('add', pod('a')),
    { timeout: Number.POSITIVE_INFINITY },
  );
  assert.deepEqual(unprocessed, []);
  assert.equal(roots.length, 1);
});

test('wrong options are told at once', async () => {
  const informer = new FakeInformer();
  const good = { name: 'pods', informer, handler: { add() {} } };
  for (const wrong of [
    { name: '' },
    { handler: {} },
    { handler: { add() {}, delete: 1 } },
    { informer: undefined },
    { retriever: {} },
    { maxRetries: -1 },
    { concurrentWorkers: 0 },
    { resyncInterval: Number.NaN },
    { handlerTimeout: 2 ** 31 },
  ]) {
    assert.throws(() => createController({ ...good, ...wrong } as never), TypeError, JSON.stringify(wrong));
  }
  const controller = createController(good);
  await controller.start();
  await assert.rejects(controller.start(), /started already/);
  await controller.stop();
});
