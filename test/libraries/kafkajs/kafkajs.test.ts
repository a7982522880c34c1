/**
 * Guards the way of a trace through Kafka, with OpenTelemetry's instrumentation driven by this agent: from the HTTP
 * request through the producer to consumers of single messages and of batches, over a stand-in broker's real protocol.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { startStandIn } from '../../support/stand-ins';
import { type SeenSpan, traceApp } from '../../support/trace-app';

const app = join(__dirname, 'orders-app.cjs');

test('a message is consumed in the trace of the request that it was sent in', async (t) => {
  if (!needsLibrary(t, 'kafkajs')) return;
  const broker = await startStandIn(t, 'kafka');
  if (broker === undefined) return;
  const { spans, stdout, stderr, code } = await traceApp(app, { args: [broker] });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.deepEqual(JSON.parse(stdout), {
    offset: '0',
    single: [
      ['secret-mug', 'kept', true, true],
      ['secret-jug', 'undefined', true, true],
    ],
    batches: [
      ['secret-mug', 'kept', true, true],
      ['secret-jug', 'undefined', true, true],
    ],
  });
  const below = (name: string) => spans.filter((span) => span.name === name).map(way);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  function way(span: SeenSpan): string {
    const names: string[] = [];
    for (let each: SeenSpan | undefined = span; each !== undefined; each = byId.get(each.parentSpanId))
      names.push([each.name, each.tags['span.kind']].filter(Boolean).join(' '));
    return names.join(' < ');
  }
  const sent = 'send orders producer < GET server < GET client';
  for (const index of [0, 1])
    assert.deepEqual(below(`ship ${index}`), [`ship ${index} < process orders consumer < ${sent}`]);
  // Messages of many traces can be in one batch: it is a trace of its own, with a link to each message's.
  for (const index of [0, 1])
    assert.deepEqual(below(`count ${index}`), [`count ${index} < poll orders client`]);
  const sends = spans.filter((span) => span.name === 'send orders');
  const linked = spans.filter((span) => span.references.length > 0);
  assert.deepEqual(
    linked.map((span) => [way(span), span.references[0]?.spanId]),
    sends.map((send) => ['process orders consumer < poll orders client', send.spanId]),
  );
  // The attempt that failed, with no word of its message.
  const failed = spans.filter((span) => span.tags['error.type'] !== undefined);
  assert.deepEqual(failed.map(way), [`process orders consumer < ${sent}`]);
  assert.doesNotMatch(JSON.stringify(spans), /secret-/);
});
