/**
 * Guards that each field of a span arrives as Jaeger's model has it, also of older SDKs and of values that the API forbids.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { TracerProvider } from '../../../../src/record/tracer-provider';
import { BatchPacket } from '../../../../src/send/encode/batch-packet';
import { plainResource, Random, randomSpan } from '../../../support/span-population';
import { decodeEmitBatch, type PlainSpan, type PlainTag } from '../../../support/thrift-oracle';

const ZERO = { seqNo: 0, stats: { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 } };

function sent(span: ReadableSpan): PlainSpan {
  const packet = new BatchPacket({ protocol: 'compact', envelope: 'message', maxBytes: 65_000 });
  assert.ok(packet.append(span));
  return decodeEmitBatch(packet.finish(ZERO), 'compact').spans[0]!;
}

function values(tags: PlainTag[] = []): Record<string, unknown> {
  return Object.fromEntries(
    tags.map((tag) => [tag.key, [tag.vStr, tag.vDouble, tag.vBool, tag.vLong, tag.vBinary][tag.vType]]),
  );
}

function plainSpan(overrides: object): ReadableSpan {
  return {
    ...randomSpan(new Random(4), plainResource({})),
    attributes: {},
    events: [],
    links: [],
    status: { code: 0 },
    ...overrides,
  };
}

test("a span of the SDK's own arrives whole", () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    spanLimits: { attributeCountLimit: 3, eventCountLimit: 1 },
  });
  const tracer = provider.getTracer('shop', '1.2.3');
  const parent = tracer.startSpan('parent', { kind: SpanKind.SERVER });
  const link = { traceId: 'f'.repeat(32), spanId: '8000000000000001', traceFlags: 1 };
  const span = tracer.startSpan(
    'größe',
    {
      kind: SpanKind.CLIENT,
      startTime: [1_795_000_000, 123_456_999],
      attributes: { count: 3, share: 0.5, ok: true, extra: 'dropped' },
      links: [{ context: link }],
    },
    trace.setSpan(ROOT_CONTEXT, parent),
  );
  span.addEvent('first', {}, [1_795_000_000, 200_000_000]);
  span.addEvent('second', { rows: [1, 2] }, [1_795_000_000, 200_001_500]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
  span.end([1_795_000_001, 123_456_999]);
  const context = span.spanContext();
  const seen = sent(exporter.getFinishedSpans()[0]!);
  assert.deepEqual(seen, {
    traceIdLow: context.traceId.slice(16),
    traceIdHigh: context.traceId.slice(0, 16),
    spanId: context.spanId,
    parentSpanId: parent.spanContext().spanId,
    operationName: 'größe',
    references: [
      { refType: 1, traceIdLow: 'f'.repeat(16), traceIdHigh: 'f'.repeat(16), spanId: '8000000000000001' },
    ],
    flags: 1,
    startTime: 1_795_000_000_123_456,
    duration: 1_000_000,
    tags: [
      { key: 'count', vType: 3, vLong: 3 },
      { key: 'share', vType: 1, vDouble: 0.5 },
      { key: 'ok', vType: 2, vBool: true },
      { key: 'otel.status_code', vType: 0, vStr: 'ERROR' },
      { key: 'otel.status_description', vType: 0, vStr: 'no' },
      { key: 'error', vType: 2, vBool: true },
      { key: 'span.kind', vType: 0, vStr: 'client' },
      { key: 'otel.scope.name', vType: 0, vStr: 'shop' },
      { key: 'otel.scope.version', vType: 0, vStr: '1.2.3' },
      { key: 'otel.dropped_attributes_count', vType: 3, vLong: 1 },
      { key: 'otel.dropped_events_count', vType: 3, vLong: 1 },
    ],
    logs: [
      {
        timestamp: 1_795_000_000_200_001,
        fields: [
          { key: 'event', vType: 0, vStr: 'second' },
          { key: 'rows', vType: 0, vStr: '[1,2]' },
        ],
      },
    ],
  });
});

test('the kind is a tag, but for internal spans', () => {
  const kinds = [0, 1, 2, 3, 4, 5, undefined].map(
    (kind) => values(sent(plainSpan({ kind })).tags)['span.kind'],
  );
  assert.deepEqual(kinds, [undefined, 'server', 'client', 'producer', 'consumer', undefined, undefined]);
});

test("spans of the SDK's 1.x line keep their parent and scope", () => {
  const seen = sent(
    plainSpan({
      parentSpanContext: undefined,
      parentSpanId: '00000000000000ab',
      instrumentationScope: undefined,
      instrumentationLibrary: { name: 'old', version: '1.0.0' },
    }),
  );
  assert.equal(seen.parentSpanId, '00000000000000ab');
  assert.equal(values(seen.tags)['otel.scope.name'], 'old');
  assert.equal(values(seen.tags)['otel.scope.version'], '1.0.0');
});

test('a trace id of 64 bits, as older tracers make it, is the low half', () => {
  const seen = sent(plainSpan({ spanContext: () => ({ traceId: 'abc', spanId: '1', traceFlags: 1 }) }));
  assert.equal(seen.traceIdHigh, '0'.repeat(16));
  assert.equal(seen.traceIdLow, '0000000000000abc');
  assert.equal(seen.spanId, '0000000000000001');
});

test('values that the API forbids give some text, and nothing throws', () => {
  const circular: unknown[] = [];
  circular.push(circular);
  const hostile = {
    toJSON() {
      throw new Error('no');
    },
  };
  const attributes = {
    none: null,
    missing: undefined,
    big: 2n ** 70n,
    symbol: Symbol('s'),
    object: { a: 1 },
    circular,
    hostile,
    bigs: [1n],
    date: new Date(0),
    bytes: Buffer.from([1, 2, 255]),
    nothing: Object.create(null),
    mixed: [1, null, 'x', Number.NaN],
  };
  const seen = sent(
    plainSpan({
      name: undefined,
      attributes,
      status: { code: 2, message: { odd: true } },
      events: [{ name: undefined, time: [0, 0] }],
      links: [{}, { context: { traceId: 5, spanId: undefined } }],
    }),
  );
  assert.equal(seen.operationName, 'undefined');
  assert.deepEqual(values(seen.tags?.slice(0, Object.keys(attributes).length)), {
    none: 'null',
    missing: 'undefined',
    big: String(2n ** 70n),
    symbol: 'Symbol(s)',
    object: '{"a":1}',
    circular: '[object Array]',
    hostile: '[object Object]',
    bigs: '[object Array]',
    date: '"1970-01-01T00:00:00.000Z"',
    bytes: Buffer.from([1, 2, 255]),
    nothing: '{}',
    mixed: '[1,null,"x",null]',
  });
  assert.equal(values(seen.tags)['otel.status_description'], '{"odd":true}');
  assert.deepEqual(values(seen.logs![0]!.fields), { event: 'undefined' });
  assert.equal(seen.references!.length, 2);
});

test('more keys than are kept, and keys too long to keep, arrive like others', () => {
  for (let round = 0; round < 50; round++) {
    const attributes: Attributes = {};
    for (let index = 0; index < 100; index++) attributes[`key ${round * 100 + index}`] = index;
    attributes[`${'long '.repeat(30)}${round}`] = 'text';
    attributes.usual = round % 2 === 0;
    assert.deepEqual(
      { ...values(sent(plainSpan({ attributes })).tags), ...attributes },
      values(sent(plainSpan({ attributes })).tags),
    );
  }
});

test('a span of our own says the same as a plain copy of it: ids in words, shared attributes, a list', () => {
  const ended: ReadableSpan[] = [];
  const provider = new TracerProvider({
    resource: plainResource({}),
    sampler: new AlwaysOnSampler(),
    limits: { attributeCountLimit: 128, attributeValueLengthLimit: Number.POSITIVE_INFINITY } as never,
    processor: { onStart() {}, onEnd: (span: ReadableSpan) => ended.push(span) } as never,
    surroundings: { flagsOf: () => 0, followsParent: true },
  });
  const tracer = provider.createTrustedTracer('own', '1');
  const shared = { 'db.system.name': 'redis', port: 6379, on: true, text: 'ö'.repeat(500) };
  const remote = {
    traceId: `0${'9af8'.repeat(7)}fff`,
    spanId: '80000000ffffffff',
    traceFlags: 1,
    isRemote: true,
  };
  for (const under of [ROOT_CONTEXT, trace.setSpanContext(ROOT_CONTEXT, remote)]) {
    const root = tracer.startSpan('root', { kind: SpanKind.SERVER, list: ['a', 1], shared } as never, under);
    const below = trace.setSpan(under, root);
    const child = tracer.startSpan('child', { kind: SpanKind.CLIENT, shared } as never, below);
    child.setAttribute('rows', 2).end();
    root.setAttribute('port', 1).end();
    tracer.startSpan('later', { attributes: { plain: 'x' } }, below).end();
  }
  assert.equal(ended.length, 6);
  for (const span of ended) {
    const first = sent(span);
    // The second time its shared attributes are known.
    assert.deepEqual(sent(span), first);
    const { name, kind, startTime, duration, status, links, events, parentSpanContext } = span;
    const { attributes, instrumentationScope } = span;
    const context = span.spanContext();
    const times = { startTime, duration, status, links, events };
    const plain = plainSpan({
      ...{ name, kind, ...times, parentSpanContext, attributes, instrumentationScope },
      ...{
        spanContext: () => context,
        droppedAttributesCount: 0,
        droppedEventsCount: 0,
        droppedLinksCount: 0,
      },
    });
    const copied = sent(plain);
    assert.deepEqual(values(first.tags), values(copied.tags));
    // Times differ by the part of a microsecond that only our own spans know.
    const same = { tags: [], startTime: 0, duration: 0 };
    assert.deepEqual({ ...first, ...same }, { ...copied, ...same });
  }
});

test("another SDK's span whose properties are called like ours is read like any other", () => {
  const attributes = { a: 1 };
  const named = { list: ['b', 2], shared: { c: 3 }, identity: { high: 7 }, startMicros: 5, endMicros: 9 };
  assert.deepEqual(sent(plainSpan({ attributes, ...named })), sent(plainSpan({ attributes })));
});
