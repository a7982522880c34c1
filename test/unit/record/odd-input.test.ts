/**
 * Guards that what an application hands in, and shouldn't, throws nothing and costs no span, and that its own code,
 * where it runs while a span begins, leaves that span its ids.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api';
import { AlwaysOnSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { setLogWriter } from '../../../src/diagnostics/log';
import { TracerProvider } from '../../../src/record/tracer-provider';
import { BatchPacket } from '../../../src/send/encode/batch-packet';
import { plainResource } from '../../support/span-population';
import { decodeEmitBatch, type PlainSpan } from '../../support/thrift-oracle';

setLogWriter(() => {});

const ZERO = { seqNo: 0, stats: { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 } };
const limits = {
  attributeCountLimit: 128,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
  attributeValueLengthLimit: Number.POSITIVE_INFINITY,
};

/** A tracer of the application's, one of our patches', and what ended. */
function recorder(others: Partial<typeof limits> = {}): { tracers: Tracer[]; ended: ReadableSpan[] } {
  const ended: ReadableSpan[] = [];
  const provider = new TracerProvider({
    resource: plainResource({}),
    sampler: new AlwaysOnSampler(),
    limits: { ...limits, ...others },
    processor: { onStart() {}, onEnd: (span: ReadableSpan) => ended.push(span) } as never,
    surroundings: { flagsOf: () => 0, followsParent: true },
  });
  return { tracers: [provider.getTracer('app'), provider.createTrustedTracer('own', '1')], ended };
}

function sent(span: ReadableSpan): PlainSpan {
  const packet = new BatchPacket({ protocol: 'compact', envelope: 'message', maxBytes: 65_000 });
  assert.ok(packet.append(span));
  return decodeEmitBatch(packet.finish(ZERO), 'compact').spans[0]!;
}

test('a span that begins while another one does leaves that one its ids', () => {
  const { tracers, ended } = recorder();
  const tracer = tracers[0]!;
  const root = tracer.startSpan('root', {}, ROOT_CONTEXT);
  const below = trace.setSpan(ROOT_CONTEXT, root);
  const inner = (name: string) => tracer.startSpan(name, {}, below).end();
  const options = {
    attributes: {
      get rows() {
        inner('by an attribute');
        return 1;
      },
    },
    get kind() {
      inner('by the options');
      return 0;
    },
  };
  tracer.startSpan('outer', options, below).end();
  root.end();
  assert.deepEqual(ended.map(({ name }) => name).slice(-2), ['outer', 'root']);
  assert.ok(ended.length > 3);
  for (const span of ended) assert.equal(sent(span).spanId, span.spanContext().spanId);
});

test('keys that are no text become text', () => {
  const { tracers, ended } = recorder();
  for (const tracer of tracers) {
    const span = tracer.startSpan('x', {}, ROOT_CONTEXT) as any;
    for (const key of [7, Symbol('odd'), Object.create(null)]) span.setAttribute(key, true);
    span.end();
  }
  assert.equal(ended.length, 2);
  for (const span of ended) {
    const keys = sent(span).tags!.map(({ key }) => key);
    assert.deepEqual(keys.slice(0, 2), ['7', 'Symbol(odd)']);
  }
});

test('arguments that are missing or of another type throw nothing', () => {
  const { tracers, ended } = recorder();
  const methods = ['setStatus', 'addLink', 'addLinks', 'addEvent', 'setAttributes', 'recordException'];
  for (const tracer of tracers) {
    for (const odd of [undefined, null, 5, {}, [null]]) {
      const span = tracer.startSpan('x', { links: odd } as never, ROOT_CONTEXT) as any;
      for (const method of methods) assert.doesNotThrow(() => span[method](odd), method);
      span.end();
    }
  }
  assert.equal(ended.length, 10);
  for (const span of ended) assert.equal(sent(span).operationName, 'x');
});

test('limits of the settings hold for what our patches begin a span with, too', () => {
  const shared = { text: 'SELECT 1', peer: 'db' };
  const begun = { list: ['path', '/long/path'], shared } as never;
  const short = recorder({ attributeValueLengthLimit: 4 });
  short.tracers[1]!.startSpan('x', begun, ROOT_CONTEXT).end();
  assert.deepEqual(short.ended[0]!.attributes, { text: 'SELE', peer: 'db', path: '/lon' });
  const few = recorder({ attributeCountLimit: 1 });
  few.tracers[1]!.startSpan('x', { shared } as never, ROOT_CONTEXT).end();
  assert.deepEqual(few.ended[0]!.attributes, { text: 'SELECT 1' });
  assert.equal(few.ended[0]!.droppedAttributesCount, 1);
  assert.deepEqual(shared, { text: 'SELECT 1', peer: 'db' });
});

test('names become text, and times that are none become now', () => {
  const { tracers, ended } = recorder();
  const before = Date.now() - 1;
  for (const name of [undefined, null, 7, Symbol('odd')]) {
    for (const time of [Number.NaN, new Date('never'), [Number.NaN, 0], Number.POSITIVE_INFINITY]) {
      const span = tracers[0]!.startSpan(name as never, { startTime: time as never }, ROOT_CONTEXT);
      span.addEvent(name as never, time as never);
      span.updateName(name as never).end(time as never);
    }
  }
  assert.equal(ended.length, 16);
  for (const { name, startTime, endTime, events } of ended) {
    assert.equal(typeof name, 'string');
    assert.deepEqual(
      events.map((event) => typeof event.name),
      ['string'],
    );
    for (const [seconds] of [startTime, endTime, events[0]!.time]) {
      assert.ok(seconds >= before / 1e3 - 1 && seconds < before / 1e3 + 60, `${seconds} s`);
    }
  }
});
