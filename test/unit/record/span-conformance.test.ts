/**
 * Guards that our tracer and spans do what the OpenTelemetry SDK's do: the same calls, seeded and random, are made on
 * both, and all that a processor can read must be the same. The SDK is the oracle.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { TracerProvider } from '../../../src/record/tracer-provider';

const limits = {
  attributeCountLimit: 5,
  eventCountLimit: 3,
  linkCountLimit: 2,
  attributePerEventCountLimit: 2,
  attributePerLinkCountLimit: 2,
  attributeValueLengthLimit: 10,
};

class Ended implements SpanProcessor {
  readonly spans: ReadableSpan[] = [];
  started = 0;
  ending = 0;
  onStart(): void {
    this.started++;
  }
  onEnding(): void {
    this.ending++;
  }
  onEnd(span: ReadableSpan): void {
    this.spans.push(span);
  }
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

interface Pair {
  readonly ours: { readonly tracer: Tracer; readonly ended: Ended };
  readonly sdk: { readonly tracer: Tracer; readonly ended: Ended };
}

function both(sampler: Sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() })): Pair {
  const ours = new Ended();
  const sdk = new Ended();
  const provider = new TracerProvider({
    resource: emptyResource(),
    sampler,
    limits,
    processor: ours,
    surroundings: { flagsOf: () => 0, followsParent: false },
  });
  const theirs = new BasicTracerProvider({
    resource: emptyResource(),
    sampler,
    spanLimits: limits,
    spanProcessors: [sdk],
  });
  return {
    ours: { tracer: provider.getTracer('scope', '1.2.3'), ended: ours },
    sdk: { tracer: theirs.getTracer('scope', '1.2.3'), ended: sdk },
  };
}

/** All of a span that doesn't depend on chance or on the time it was made. */
function plain(span: ReadableSpan, given: boolean): unknown {
  return {
    name: span.name,
    kind: span.kind,
    attributes: { ...span.attributes },
    links: span.links.map((link) => ({ ...link })),
    events: span.events.map((event) => ({ ...event, time: given ? event.time : undefined })),
    status: { ...span.status },
    ended: span.ended,
    startTime: given ? span.startTime : undefined,
    endTime: given ? span.endTime : undefined,
    duration: given ? span.duration : undefined,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
    parent: span.parentSpanContext,
    scope: { ...span.instrumentationScope },
    flags: span.spanContext().traceFlags,
  };
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'constructor', 'toString', '');
const value = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.constant({ nested: 1 }),
  fc.constant(Symbol('odd')),
  fc.constant(10n),
  fc.constant(() => 1),
  fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }),
  fc.array(fc.oneof(fc.integer(), fc.constant(null)), { maxLength: 3 }),
  fc.array(fc.oneof(fc.integer(), fc.string()), { maxLength: 3 }),
);
const attributes = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.dictionary(key, value, { maxKeys: 8 }),
);
// The SDK keeps null there, which OpenTelemetry leaves undefined; we leave it out, as on spans.
const detailAttributes = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(
    key,
    value.filter((each) => each !== null && each !== undefined),
    { maxKeys: 8 },
  ),
);
// Whole microseconds, which both can hold; from 2020 to 2030.
const seconds = fc.integer({ min: 1_577_836_800, max: 1_893_456_000 });
const time = fc.oneof(
  seconds.map((each) => each * 1000),
  seconds.map((each) => new Date(each * 1000 + 7)),
  fc.tuple(
    seconds,
    fc.integer({ min: 0, max: 999_999 }).map((each) => each * 1000),
  ),
);
const link = fc.record({
  context: fc.constant({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }),
  attributes: detailAttributes,
});
const call = fc.oneof(
  fc.tuple(fc.constant('setAttribute'), key, value),
  fc.tuple(fc.constant('setAttributes'), fc.dictionary(key, value, { maxKeys: 8 })),
  fc.tuple(fc.constant('addEvent'), fc.string(), detailAttributes, time),
  fc.tuple(fc.constant('addEvent'), fc.string(), time),
  fc.tuple(fc.constant('addLink'), link),
  fc.tuple(fc.constant('addLinks'), fc.array(link, { maxLength: 3 })),
  fc.tuple(
    fc.constant('setStatus'),
    fc.record({
      code: fc.constantFrom(0, 1, 2),
      message: fc.constantFrom(undefined, null, 'why', 7, { a: 1 }),
    }),
  ),
  fc.tuple(fc.constant('updateName'), fc.string()),
  fc.tuple(
    fc.constant('recordException'),
    fc.constantFrom('text', { code: 7 }, { name: 'N', message: 'm', stack: 's' }, { message: 'm' }, {}, null),
    time,
  ),
);

test('every sequence of calls leaves the same span as with the SDK', () => {
  fc.assert(
    fc.property(
      fc.record({
        kind: fc.constantFrom(undefined, 0, 1, 2, 3, 4),
        attributes,
        links: fc.option(fc.array(link, { maxLength: 4 }), { nil: undefined }),
        startTime: time,
      }),
      fc.array(call, { maxLength: 15 }),
      time,
      fc.array(call, { maxLength: 2 }),
      (options, calls, end, late) => {
        const pair = both();
        for (const { tracer } of [pair.ours, pair.sdk]) {
          const span = tracer.startSpan('name', options as never, ROOT_CONTEXT) as any;
          for (const [method, ...args] of calls) span[method as string](...args);
          assert.equal(span.isRecording(), true);
          span.end(end);
          assert.equal(span.isRecording(), false);
          for (const [method, ...args] of late) span[method as string](...args);
          span.end();
        }
        const [ours, sdk] = [pair.ours.ended, pair.sdk.ended];
        assert.deepEqual([ours.started, ours.ending, ours.spans.length], [1, 1, 1]);
        assert.deepEqual([sdk.started, sdk.ending, sdk.spans.length], [1, 1, 1]);
        assert.deepEqual(plain(ours.spans[0]!, true), plain(sdk.spans[0]!, true));
      },
    ),
    { numRuns: 2_000, seed: 20261121 },
  );
});

test('parents, roots and samplers lead to the same contexts as with the SDK', () => {
  const remote = (flags: number) => ({
    traceId: 'c'.repeat(32),
    spanId: 'd'.repeat(16),
    traceFlags: flags,
    isRemote: true,
    traceState: createTraceState('a=1'),
  });
  const invalid = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 1 };
  const contexts: Record<string, Context> = {
    root: ROOT_CONTEXT,
    sampled: trace.setSpanContext(ROOT_CONTEXT, remote(TraceFlags.SAMPLED)),
    unsampled: trace.setSpanContext(ROOT_CONTEXT, remote(TraceFlags.NONE)),
    invalid: trace.setSpanContext(ROOT_CONTEXT, invalid),
    suppressed: suppressTracing(ROOT_CONTEXT),
  };
  const samplers: Sampler[] = [
    new AlwaysOnSampler(),
    new AlwaysOffSampler(),
    new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    { shouldSample: () => ({ decision: 1, attributes: { why: 'record only' } }), toString: () => 'record' },
  ];
  for (const sampler of samplers) {
    for (const [name, context] of Object.entries(contexts)) {
      for (const root of [false, true]) {
        const pair = both(sampler);
        const seen = [pair.ours, pair.sdk].map(({ tracer, ended }) => {
          const span = tracer.startSpan('first', { root }, context);
          const child = tracer.startSpan('second', { kind: SpanKind.CLIENT }, trace.setSpan(context, span));
          const grandchild = tracer.startSpan('third', {}, trace.setSpan(context, child));
          const { traceId } = span.spanContext();
          const facts = [span, child, grandchild].map((each) => ({
            recording: each.isRecording(),
            flags: each.spanContext().traceFlags,
            state: each.spanContext().traceState?.serialize(),
            sameTrace: each.spanContext().traceId === traceId,
            continued: traceId === remote(0).traceId,
            valid: trace.isSpanContextValid(each.spanContext()),
          }));
          for (const each of [grandchild, child, span]) each.end();
          return {
            facts,
            ended: ended.spans.map((each) => ({
              name: each.name,
              attributes: each.attributes,
              isRoot: each.parentSpanContext === undefined,
            })),
          };
        });
        assert.deepEqual(seen[0], seen[1], `${sampler} ${name} root ${root}`);
      }
    }
  }
});

test('startActiveSpan takes its arguments as the SDK does', () => {
  const pair = both();
  for (const { tracer } of [pair.ours, pair.sdk]) {
    const ended: string[] = [];
    const work = (span: Span) => {
      span.end();
      ended.push('x');
      return 7;
    };
    assert.equal(tracer.startActiveSpan('a', work), 7);
    assert.equal(tracer.startActiveSpan('b', { kind: SpanKind.CLIENT }, work), 7);
    assert.equal(tracer.startActiveSpan('c', {}, ROOT_CONTEXT, work), 7);
    assert.throws(() =>
      tracer.startActiveSpan('d', () => {
        throw new Error('of the application');
      }),
    );
    assert.equal(ended.length, 3);
  }
  assert.deepEqual(
    pair.ours.ended.spans.map((span) => span.name),
    pair.sdk.ended.spans.map((span) => span.name),
  );
});

test('without given times, spans lie within the wall clock, children within their parents, siblings in order', () => {
  const { tracer, ended } = both().ours;
  const before = Date.now();
  const parent = tracer.startSpan('parent', {}, ROOT_CONTEXT);
  const context = trace.setSpan(ROOT_CONTEXT, parent);
  for (let index = 0; index < 100; index++) tracer.startSpan(`${index}`, {}, context).end();
  parent.end();
  const after = Date.now();
  const micros = ([s, n]: [number, number]) => s * 1e6 + n / 1e3;
  const spans = ended.spans.map((span) => ({ start: micros(span.startTime), end: micros(span.endTime) }));
  const whole = spans.pop()!;
  // The wall clock's milliseconds are cut, and it may be set; the two may be 2 ms apart.
  assert.ok(whole.start >= (before - 3) * 1e3 && whole.end <= (after + 3) * 1e3);
  for (const [index, { start, end }] of spans.entries()) {
    assert.ok(start >= whole.start && end <= whole.end && end >= start);
    if (index > 0) assert.ok(start >= spans[index - 1]!.end);
  }
});

test('an end before its start makes a duration of 0', () => {
  for (const { tracer, ended } of Object.values(both())) {
    tracer.startSpan('x', { startTime: 2_000_000_000_000 }, ROOT_CONTEXT).end(1_900_000_000_000);
    assert.deepEqual(ended.spans[0]!.duration, [0, 0]);
    assert.equal(ended.spans[0]!.status.code, SpanStatusCode.UNSET);
  }
});

test('an array of billions of items is cut instead of holding the process', () => {
  const { tracer, ended } = both().ours;
  const span = tracer.startSpan('x', { attributes: { given: new Array(2 ** 32 - 1) } }, ROOT_CONTEXT);
  span.setAttribute('set', new Array(2 ** 32 - 1));
  span.end();
  for (const key of ['given', 'set']) assert.equal((ended.spans[0]!.attributes[key] as []).length, 20_000);
});
