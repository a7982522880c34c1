/** Guards `traceHandler`: the same traces for a loop of one's own, which gets its results and errors unchanged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceHandler } from '../../../src/controller';
import { pod } from './fake-informer';
import { logs, recordSpans } from './recorded-spans';

test('results and errors pass unchanged, and retries are counted until the last one', async () => {
  const spans = recordSpans();
  const error = { not: 'an Error' };
  let fails = true;
  const handler = traceHandler(
    {
      add(object: ReturnType<typeof pod>) {
        if (fails) throw error;
        return object.metadata.name;
      },
    },
    { name: 'loop', maxRetries: 1, tracer: spans.tracer },
  );
  const thrown = (given: unknown) => given === error;
  await assert.rejects(handler.add(pod('a')), thrown);
  assert.equal(handler.retries('default/a'), 1);
  await assert.rejects(handler.add(pod('a')), thrown);
  assert.equal(handler.retries('default/a'), 0);
  fails = false;
  assert.equal(await handler.add(pod('a')), 'a');
  assert.equal(await handler.delete('default/a'), undefined);
  assert.deepEqual(
    spans.all('processJob').map((root) => logs(root).at(-2)![0]),
    ['reenqueued', 'forget', 'forget', 'forget'],
  );
  assert.equal(spans.all('handleDeleteObject').length, 1);
});

test('an object without a name is refused', async () => {
  const handler = traceHandler({ add() {} }, { name: 'loop' });
  await assert.rejects(handler.add({}), TypeError);
});

test('keys that a loop never comes back to are kept up to 10,000', async () => {
  const { tracer } = recordSpans();
  const add = () => {
    throw new Error('bad');
  };
  const handler = traceHandler({ add }, { name: 'loop', tracer });
  for (let number = 0; number <= 10_000; number++) await handler.add(pod(`pod-${number}`)).catch(() => {});
  assert.equal(handler.retries('default/pod-0'), 0);
  assert.equal(handler.retries('default/pod-1'), 1);
  assert.equal(handler.retries('default/pod-10000'), 1);
});
