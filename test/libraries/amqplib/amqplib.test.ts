/**
 * Guards the way of a trace through RabbitMQ: what is published in a span is consumed in the same trace, with
 * OpenTelemetry's instrumentation driven by this agent.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { needs } from '../../support/services';
import { type SeenSpan, traceApp } from '../../support/trace-app';

test('a message is consumed in the trace that it was published in', async (t) => {
  if (!needsLibrary(t, 'amqplib') || !(await needs(t, 'rabbitmq'))) return;
  const queue = `tracing-agent-test-${process.pid}`;
  const { spans, stdout, stderr, code } = await traceApp(join(__dirname, 'messages-app.cjs'), {
    args: [queue],
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    bodies: [{ mine: 'kept', traced: true }, { traced: true }],
    active: false,
  });
  const named = (name: string) => spans.filter((span) => span.name === name);
  const parent = (span: SeenSpan | undefined) => spans.find((each) => each.spanId === span?.parentSpanId);
  const ships = named('ship');
  assert.equal(ships.length, 2);
  for (const [index, ship] of ships.entries()) {
    const process = parent(ship);
    const publish = parent(process);
    const root = parent(publish);
    assert.equal(process?.name, `${queue} process`);
    assert.equal(process.tags['span.kind'], 'consumer');
    assert.equal(publish?.name, 'publish <default>');
    assert.equal(publish.tags['span.kind'], 'producer');
    assert.equal(publish.tags['messaging.system'], 'rabbitmq');
    assert.equal(root?.name, ['order', 'reorder'][index]);
    assert.equal(root?.traceId, ship.traceId);
  }
  assert.doesNotMatch(JSON.stringify(spans), /secret-body|guest:guest/);
});

for (const api of ['promises', 'callbacks']) {
  test(`ES module, ${api}: what an exchange hands on is in its publisher's trace until it is acknowledged`, async (t) => {
    if (!needsLibrary(t, 'amqplib') || !(await needs(t, 'rabbitmq'))) return;
    const exchange = `tracing-agent-test-${process.pid}-${api}`;
    const { spans, stdout, stderr, code } = await traceApp(join(__dirname, 'exchange-app.mjs'), {
      args: [exchange, api],
    });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const ends = ['later', 'now', 'refused'];
    assert.deepEqual(JSON.parse(stdout), {
      bodies: ends.map((body) => [body, `birds.${body}`, 'kept']),
      active: false,
    });
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const above = (span: SeenSpan): string[] => {
      const parent = byId.get(span.parentSpanId);
      return parent === undefined ? [] : [parent.name, ...above(parent)];
    };
    for (const body of ends) {
      const counted = spans.find((span) => span.name === `count ${body}`)!;
      const [process, publish, ...rest] = above(counted);
      assert.match(String(process), /^amq\.gen-\S+ process$/);
      assert.deepEqual([publish, ...rest], [`publish ${exchange}`, 'order']);
    }
    const processed = spans.filter((span) => span.tags['span.kind'] === 'consumer');
    // What is refused and not queued again is lost, which is an error.
    const failed = processed.filter((span) => span.tags['otel.status_code'] === 'ERROR');
    assert.deepEqual([processed.length, failed.length], [3, 1]);
    assert.equal(processed[0]?.tags['messaging.rabbitmq.routing_key']?.toString().startsWith('birds.'), true);
  });
}
