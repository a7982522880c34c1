/**
 * Guards what a handler calls: with several objects at a time, real Redis and PostgreSQL and a service by HTTP, each
 * call is a child of the span of its own object's handler, and the service is told the object's key.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startService } from '../support/service-process';
import { needs } from '../support/services';
import { type SeenSpan, traceApp } from '../support/trace-app';

const fixtures = join(__dirname, 'fixtures');

test("Redis, SQL and HTTP calls are children of their object's handler; the service gets the key as baggage", async (t) => {
  if (!(await needs(t, 'redis', 'postgres'))) return;
  // Nothing of its own here: the headers that it answers with are what was sent.
  const service = await startService(join(fixtures, 'daemon.cjs'), { preload: 'none' });
  const { spans, stdout, stderr, code } = await traceApp(join(fixtures, 'calls-controller.cjs'), {
    env: { SERVICE_PORT: String(service.port), OTEL_SERVICE_NAME: 'calls' },
  });
  await service.stop();
  assert.deepEqual([code, stderr], [0, '']);
  const handlings = spans.filter(({ name }) => name === 'handleAddObject');
  const keyOf = ({ tags }: SeenSpan) => String(tags['kubernetes.object.key']);
  assert.deepEqual(handlings.map(keyOf).sort(), [
    'default/pod-0',
    'default/pod-1',
    'default/pod-1',
    'default/pod-2',
  ]);
  const calls = new Map<string, SeenSpan>();
  for (const handling of handlings) {
    const children = spans.filter(({ parentSpanId }) => parentSpanId === handling.spanId);
    assert.deepEqual(
      children.map(({ tags }) => tags['db.system.name'] ?? tags['http.request.method']).sort(),
      ['GET', 'postgresql', 'redis'],
      JSON.stringify(children.map(({ name }) => name)),
    );
    for (const child of children) {
      assert.equal(child.traceId, handling.traceId);
      calls.set(child.spanId, handling);
    }
  }
  assert.equal(new Set(handlings.map(({ traceId }) => traceId)).size, 4);

  const answers = stdout.trim().split('\n');
  assert.equal(answers.length, 4);
  for (const answer of answers) {
    const [, key, text] = /^(\S+) (.*)$/.exec(answer)!;
    const headers = JSON.parse(text!) as Record<string, string>;
    const [, traceId, parent] = headers.traceparent!.split('-');
    const handling = calls.get(parent!)!;
    assert.deepEqual([keyOf(handling), handling.traceId], [key, traceId]);
    // W3C's form and Jaeger's.
    assert.equal(headers.baggage, `kubernetes.object.key=${encodeURIComponent(key!)}`);
    assert.equal(decodeURIComponent(headers['uberctx-kubernetes.object.key']!), key);
  }
});
