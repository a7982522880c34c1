/**
 * Guards what the console prints, and when.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { context, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { ConsoleSender } from '../../../../src/send/console/console-sender';

function start() {
  const printed: string[] = [];
  const sender = new ConsoleSender((text) => printed.push(text.replace(/[\d.]+ ms|[0-9a-f]{32}/g, '#')));
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [sender],
  });
  return { printed, sender, tracer: provider.getTracer('t') };
}

test('a trace is printed once, whole, when its last open span has ended', () => {
  const { printed, tracer } = start();
  const root = tracer.startSpan('root');
  const under = trace.setSpan(context.active(), root);
  tracer.startSpan('first', { attributes: { 'db.query.text': 'SELECT ?' } }, under).end();
  const late = tracer.startSpan('late', {}, under);
  root.end();
  assert.deepEqual(printed, []);
  late.end();
  assert.deepEqual(printed, [
    'trace #, 3 spans\nshop: root  #\n├─ shop: first  #  [SELECT ?]\n└─ shop: late  #\n',
  ]);
});

test('the child of a caller in another process is a root here, and not marked as torn off', () => {
  const { printed, tracer } = start();
  const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true };
  tracer.startSpan('served', {}, trace.setSpanContext(context.active(), remote)).end();
  assert.deepEqual(printed, ['trace #, 1 span\nshop: served  #\n']);
});

test('a process that calls itself has its server span below its client span', () => {
  const { printed, tracer } = start();
  const call = tracer.startSpan('call');
  const remote = { ...call.spanContext(), isRemote: true };
  tracer.startSpan('served', {}, trace.setSpanContext(context.active(), remote)).end();
  call.end();
  assert.deepEqual(printed, ['trace #, 2 spans\nshop: call  #\n└─ shop: served  #\n']);
});

test('a flush prints what has ended of open traces; the memory for them is bounded', () => {
  const { printed, sender, tracer } = start();
  const under = trace.setSpan(context.active(), tracer.startSpan('open'));
  tracer.startSpan('done', {}, under).end();
  sender.flushNow();
  assert.equal(printed.length, 1);
  for (let index = 0; index <= 10_000; index++) tracer.startSpan('s', {}, under).end();
  assert.equal(printed.length, 2);
});

test('a broken stderr harms nobody', () => {
  const sender = new ConsoleSender(() => {
    throw new Error('EPIPE');
  });
  const provider = new BasicTracerProvider({ spanProcessors: [sender] });
  provider.getTracer('t').startSpan('s').end();
});
