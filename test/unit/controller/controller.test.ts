/**
 * Guards the traces of a controller: Kooper's spans, tags and logs for each processing of an object, and the retries that
 * they count; and that wrong options are told at once.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { createController } from '../../../src/controller';
import { FakeInformer, pod } from './fake-informer';
import { logs, recordSpans } from './recorded-spans';
import { KEY, runController } from './run-controller';

const common = {
  component: 'kooper',
  'kooper.controller': 'pods',
  'controller.cfg.name': 'pods',
  'controller.cfg.resync_interval': '2m0s',
  'controller.cfg.max_retries': 5,
  'controller.cfg.concurrent_workers': 30,
};

test('one processing is the trace that Kooper makes', async () => {
  const { roots, all } = await runController(
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
  const { roots, all, failures } = await runController(
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
  await runController(
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
  const { all } = await runController(
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
  const { all } = await runController({ handler: { add() {}, delete: (key) => deleted.push(key) } }, gone);
  assert.deepEqual(deleted, ['default/a']);
  assert.deepEqual(logs(all('handleDeleteObject')[0]!), [['delete', { [KEY]: 'default/a' }]]);
  const without = await runController({}, gone);
  assert.equal(without.all('handleDeleteObject')[0]!.status.code, SpanStatusCode.UNSET);
});

test('a handler that deletes its object and fails is tried again as a deletion', async () => {
  const { all, roots } = await runController(
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
