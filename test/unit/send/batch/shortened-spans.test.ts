/** Guards that a span too large for a packet arrives, with its largest values cut and marked, at every size of packet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createCounters } from '../../../../src/diagnostics/counters';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { SpanBatcher } from '../../../../src/send/batch/span-batcher';
import { encodeProcess } from '../../../../src/send/process-tags';
import type { Done, Transport } from '../../../../src/send/transport/transport';
import { plainResource, Random, randomAttributes, randomSpan } from '../../../support/span-population';
import { decodeBatch, decodeEmitBatch, type PlainSpan, type PlainTag } from '../../../support/thrift-oracle';

setLogWriter(() => {});

const FORMS = [
  { protocol: 'compact', envelope: 'message' },
  { protocol: 'binary', envelope: 'message' },
  { protocol: 'binary', envelope: 'bare' },
] as const;
const SIZES = [508, 1300, 9216, 65_000];

function sender(form: (typeof FORMS)[number], maxBytes: number) {
  const counters = createCounters();
  const spans: PlainSpan[] = [];
  const services = new Set<string>();
  const transport: Transport = {
    ...form,
    maxBytes,
    prepare() {},
    send(packet: Buffer, _spans: number, done: Done) {
      assert.ok(packet.length <= maxBytes, `${packet.length} of ${maxBytes}`);
      const batch =
        form.envelope === 'message' ? decodeEmitBatch(packet, form.protocol) : decodeBatch(packet);
      services.add(batch.process.serviceName);
      spans.push(...batch.spans);
      done();
    },
    hold() {},
    drainNow() {},
    close() {},
  };
  const batcher = new SpanBatcher({
    transport,
    counters,
    encodeProcess: (resource) => encodeProcess(resource, form.protocol),
    maxBatchSize: 512,
    maxQueueSize: 8192,
    maxQueueBytes: 2 ** 25,
  });
  return { batcher, counters, spans, services };
}

function spanOf(overrides: object, resource: Attributes = { 'service.name': 'shop' }): ReadableSpan {
  return {
    ...randomSpan(new Random(7), plainResource({})),
    resource: plainResource(resource),
    name: 'GET /orders/:id',
    attributes: {},
    events: [],
    links: [],
    status: { code: 0 },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...overrides,
  } as ReadableSpan;
}

function values(tags: PlainTag[] = []): Record<string, unknown> {
  return Object.fromEntries(
    tags.map((tag) => [tag.key, [tag.vStr, tag.vDouble, tag.vBool, tag.vLong, tag.vBinary][tag.vType]]),
  );
}

const STACK = `Error: größer\n${Array.from({ length: 5_000 }, (_, index) => `    at handle${index} (/srv/app/node_modules/express/lib/router/layer.js:${index}:95)`).join('\n')}`;

for (const form of FORMS) {
  for (const maxBytes of SIZES) {
    test(`${form.protocol} ${form.envelope}, ${maxBytes} bytes: a stack of 5,000 frames is cut and marked, all else and the neighbours stay whole`, () => {
      const { batcher, counters, spans } = sender(form, maxBytes);
      const attributes = { 'http.route': '/orders/:id', 'http.response.status_code': 500 };
      const exception = { 'exception.type': 'Error', 'exception.stacktrace': STACK };
      batcher.append(spanOf({ name: 'before' }));
      batcher.append(
        spanOf({ attributes, events: [{ name: 'exception', time: [1, 0], attributes: exception }] }),
      );
      batcher.append(spanOf({ name: 'after' }));
      batcher.flush();
      assert.deepEqual(
        spans.map((span) => span.operationName),
        ['before', 'GET /orders/:id', 'after'],
      );
      const tags = values(spans[1]!.tags);
      assert.equal(tags['http.route'], '/orders/:id');
      assert.equal(tags['http.response.status_code'], 500);
      assert.deepEqual([counters.shortened, counters.droppedTooLarge], [1, 0]);
      if (form.protocol === 'binary' && maxBytes === 508) {
        // The names of its fields alone don't fit.
        assert.equal(tags['otel.dropped_events_count'], 1);
        return;
      }
      const fields = values(spans[1]!.logs![0]!.fields);
      assert.equal(fields.event, 'exception');
      assert.equal(fields['exception.type'], 'Error');
      const kept = fields['exception.stacktrace'] as string;
      assert.ok(STACK.startsWith(kept));
      assert.equal(fields['exception.stacktrace.truncated'], Buffer.byteLength(STACK));
      // Most of the packet is used; the process takes up to half of it.
      assert.ok(kept.length >= (maxBytes <= 1300 ? 24 : maxBytes * 0.9), String(kept.length));
    });
  }
}

test('only the largest values are cut, on whole characters, text, arrays, bytes and the status alike', () => {
  const { batcher, spans } = sender(FORMS[0], 1300);
  const attributes = {
    small: 'stays',
    emoji: '😀'.repeat(1000),
    list: Array.from({ length: 500 }, (_, index) => `item ${index}`),
    bytes: Buffer.alloc(5000, 7),
  };
  batcher.append(spanOf({ attributes, status: { code: 2, message: 'wrong '.repeat(500) } }));
  batcher.flush();
  const tags = values(spans[0]!.tags);
  assert.equal(tags.small, 'stays');
  assert.equal(tags['small.truncated'], undefined);
  assert.match(tags.emoji as string, /^(😀)+$/u);
  assert.equal(tags['emoji.truncated'], 4000);
  assert.ok(JSON.stringify(attributes.list).startsWith(tags.list as string));
  assert.equal(tags['list.truncated'], JSON.stringify(attributes.list).length);
  assert.ok((tags.bytes as Buffer).every((byte) => byte === 7));
  assert.equal(tags['bytes.truncated'], 5000);
  assert.equal(tags['otel.status_description.truncated'], 3000);
  assert.equal(tags.error, true);
});

test('names of events and scopes that are cut are marked too', () => {
  const { batcher, spans } = sender(FORMS[0], 65_000);
  const scope = { name: 's'.repeat(1_000), version: 'v'.repeat(300) };
  const events = [{ name: 'e'.repeat(70_000), time: [1, 0], attributes: { small: 'stays' } }];
  batcher.append(spanOf({ instrumentationScope: scope, events }));
  batcher.flush();
  const tags = values(spans[0]!.tags);
  assert.match(tags['otel.scope.name'] as string, /^s{100,}$/);
  assert.deepEqual([tags['otel.scope.name.truncated'], tags['otel.scope.version.truncated']], [1_000, 300]);
  const fields = values(spans[0]!.logs![0]!.fields);
  assert.match(fields.event as string, /^e{100,}$/);
  assert.deepEqual([fields['event.truncated'], fields.small], [70_000, 'stays']);
});

test('an array of billions of items has its first ones and their number, without going through them', () => {
  const { batcher, spans, counters } = sender(FORMS[2], 2 ** 20);
  const attributes = {
    // Each alone would take minutes to go through.
    holes: new Array(2 ** 32 - 1),
    numbers: Object.assign(new Array(2 ** 32 - 1), { 0: 1.5, 1: 2 }),
    floats: new Float64Array(3_000_000),
    few: [1, 2],
  };
  batcher.append(spanOf({ attributes }));
  batcher.flush();
  const tags = values(spans[0]!.tags);
  assert.match(tags.holes as string, /^\[null,(null,)+null\] … 4294967295 in all$/);
  assert.match(tags.numbers as string, /^\[1.5,2,null.*\] … 4294967295 in all$/);
  assert.match(tags.floats as string, /^\[0,0,.*\] … 3000000 in all$/);
  assert.equal(tags.few, '[1,2]');
  assert.deepEqual([counters.shortened, counters.droppedUnencodable], [0, 0]);
});

test('where cutting values is not enough the last events stay, and what went is counted', () => {
  const { batcher, spans } = sender(FORMS[0], 1300);
  const events = Array.from({ length: 1000 }, (_, index) => ({ name: `event ${index}`, time: [index, 0] }));
  const links = Array.from({ length: 1000 }, () => ({
    context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
  }));
  const attributes = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key ${index}`, index]));
  batcher.append(spanOf({ events }));
  batcher.append(spanOf({ links }));
  batcher.append(spanOf({ attributes }));
  batcher.append(spanOf({ attributes: { ['k'.repeat(100_000)]: 1, other: 2 } }));
  batcher.append(spanOf({ name: 'n'.repeat(100_000) }));
  batcher.flush();
  const logs = spans[0]!.logs!;
  assert.ok(logs.length >= 5);
  assert.equal(values(logs.at(-1)!.fields).event, 'event 999');
  assert.equal(values(spans[0]!.tags)['otel.dropped_events_count'], 1000 - logs.length);
  assert.ok(spans[1]!.references!.length >= 5);
  assert.equal(values(spans[1]!.tags)['otel.dropped_links_count'], 1000 - spans[1]!.references!.length);
  const kept = spans[2]!.tags!.filter(({ key }) => key.startsWith('key ')).length;
  assert.ok(kept >= 5);
  assert.equal(values(spans[2]!.tags)['otel.dropped_attributes_count'], 1000 - kept);
  assert.equal(values(spans[3]!.tags).other, 2);
  assert.equal(values(spans[3]!.tags)['otel.dropped_attributes_count'], 1);
  assert.match(spans[4]!.operationName, /^n{100,}$/);
  assert.equal(values(spans[4]!.tags)['span.name.truncated'], 100_000);
});

test('whatever a span is made of, and however long the process: it arrives, never throws, and stays in its packet', () => {
  for (const form of FORMS) {
    for (const maxBytes of SIZES) {
      const random = new Random(maxBytes);
      const { batcher, counters, spans, services } = sender(form, maxBytes);
      const resource = plainResource({
        ...randomAttributes(random, 30),
        big: 'x'.repeat(3000),
        'service.name': 'shop',
      });
      const count = 60;
      for (let index = 0; index < count; index++) {
        const span = randomSpan(random, resource);
        const attributes = { ...span.attributes, large: 'é'.repeat(random.below(40_000)) };
        batcher.append({ ...span, attributes } as ReadableSpan);
      }
      batcher.flush();
      assert.equal(spans.length, count);
      assert.deepEqual([counters.droppedTooLarge, counters.droppedUnencodable, counters.faults], [0, 0, 0]);
      assert.deepEqual([...services], ['shop']);
    }
  }
});

test("a shortened span keeps Jaeger's flags", () => {
  const { batcher, spans } = sender(FORMS[0], 1300);
  batcher.append(spanOf({ attributes: { text: 'x'.repeat(10_000) }, jaegerFlags: 2 }));
  batcher.flush();
  assert.deepEqual([values(spans[0]!.tags)['text.truncated'], spans[0]!.flags], [10_000, 3]);
});
