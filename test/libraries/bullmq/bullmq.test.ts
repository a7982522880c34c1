/**
 * Guards the way of a trace through BullMQ: a job is processed in the trace that it was added in, whatever way it was
 * added, and BullMQ's own option `telemetry` stays the application's.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { needs } from '../../support/services';
import { traceApp } from '../../support/trace-app';

const queue = `tracing-agent-test-${process.pid}`;

for (const library of ['bullmq', 'bullmq6-lowest', 'bullmq5', 'bullmq-lowest']) {
  test(`${library}: a job is processed in the trace that it was added in`, async (t) => {
    if (!needsLibrary(t, library, 'ioredis') || !(await needs(t, 'redis'))) return;
    const { spans, stdout, stderr, code } = await traceApp(join(__dirname, 'jobs-app.cjs'), {
      args: [library, queue, libraryFolder('ioredis')!],
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), ['bulk-1', 'bulk-2', 'child', 'fails', 'fails', 'once', 'parent']);
    assert.equal(stderr, '');
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const order = spans.find((span) => span.name === 'order')!;
    const processed = spans.filter((span) => span.name === `process ${queue}`);
    const ways = processed.map((span) => {
      const names: string[] = [];
      for (let each = byId.get(span.parentSpanId); each !== undefined; each = byId.get(each.parentSpanId))
        names.push(each.name.replace(` ${queue}`, ''));
      return [span.tags['seen.job'], ...names].join(' < ');
    });
    assert.deepEqual(ways.sort(), [
      'bulk-1 < addBulk < order',
      'bulk-2 < addBulk < order',
      'child < addNode < addNode < addFlow < order',
      'fails < add < order',
      'fails < add < order',
      'once < add < order',
      'parent < addNode < addFlow < order',
    ]);
    for (const span of processed) {
      assert.equal(span.traceId, order.traceId);
      assert.equal(span.tags['span.kind'], 'consumer');
      assert.equal(span.tags['messaging.system'], 'bullmq');
      assert.equal(span.tags['messaging.destination.name'], queue);
      assert.equal(span.tags['messaging.operation.type'], 'process');
    }
    const add = byId.get(processed.find((span) => span.tags['seen.job'] === 'once')!.parentSpanId)!;
    assert.equal(add.tags['span.kind'], 'producer');
    assert.equal(add.tags['messaging.operation.type'], 'send');
    const failed = processed.filter((span) => span.tags['error.type'] !== undefined);
    assert.deepEqual(
      failed.map((span) => [span.tags['seen.job'], span.tags['otel.status_code']]),
      [['fails', 'ERROR']],
    );
    // What runs in the job is below it.
    const inside = spans.find((span) => span.name === 'in once')!;
    assert.equal(byId.get(inside.parentSpanId)?.tags['seen.job'], 'once');
    assert.doesNotMatch(JSON.stringify(spans), /secret-/);
    // The worker's and the listener's waiting is no trace; what a job does, as to end, is. Two are `obliterate`'s.
    const polls = spans.filter((span) => /^(XREAD|BZPOPMIN|EVALSHA|EVAL|PIPELINE.*)$/.test(span.name));
    const alone = polls.filter((span) => !byId.has(span.parentSpanId)).map((span) => span.name);
    assert.deepEqual(alone, ['EVALSHA', 'EVALSHA']);
    assert.ok(polls.some((span) => byId.get(span.parentSpanId)?.name.startsWith('process ')));
  });
}

test('an application that gives BullMQ the option `telemetry` is left alone', async (t) => {
  if (!needsLibrary(t, 'bullmq', 'ioredis') || !(await needs(t, 'redis'))) return;
  const { spans, stdout, stderr, code } = await traceApp(join(__dirname, 'own-telemetry-app.cjs'), {
    args: [`${queue}-own`, libraryFolder('ioredis')!],
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    started: [`add ${queue}-own.once`],
    metadata: 'of the application',
  });
  assert.deepEqual(
    spans.filter((span) => span.tags['messaging.system'] === 'bullmq'),
    [],
  );
});
