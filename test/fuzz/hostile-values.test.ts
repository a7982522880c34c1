/**
 * Guards the application from what its own spans hold: values that throw, change or call back while they are read.
 */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { counters as agentCounters, createCounters } from '../../src/diagnostics/counters';
import { setLogWriter } from '../../src/diagnostics/log';
import { BatchSpanProcessor } from '../../src/send/batch/batch-span-processor';
import { SpanBatcher } from '../../src/send/batch/span-batcher';
import { encodeProcess } from '../../src/send/encode/process-encoder';
import type { Done, Transport } from '../../src/send/transport/transport';
import { type PlainSpan, readEmitBatch } from '../support/read-batch';
import { plainResource, Random } from '../support/span-population';
import { compareSpan } from './span-comparison';
import { SpanGenerator } from './span-generator';

/** Reads packets in the independent decoder as they come. */
class ReadingTransport implements Transport {
  readonly envelope = 'message';
  readonly maxBytes = 65_000;
  readonly spans: PlainSpan[] = [];
  constructor(readonly protocol: Transport['protocol']) {}
  send(bytes: Buffer, _spans: number, done: Done): void {
    this.spans.push(...readEmitBatch(bytes, this.protocol).spans);
    done();
  }
  prepare(): void {}
  hold(): void {}
  drainNow(): void {}
  close(): void {}
}

const fails = (): never => {
  throw new Error('hostile');
};
const throwsNothing = (): never => {
  throw undefined;
};
const throwsHostile = (): never => {
  throw { toString: fails, toJSON: fails, stack: { toString: fails } };
};

const circular: Record<string, unknown> = {};
circular.self = circular;

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

/** Its length is another one each time. */
class Growing extends Uint8Array {
  #asked = 0;
  override get length(): number {
    return this.#asked++ * 30;
  }
}

/** Values that the API's types forbid, and what must become of the span: sent, refused, or either. */
const VALUES: Record<string, () => unknown> = {
  'a text of 1 MB': () => 'x'.repeat(2 ** 20),
  'a text of 1 MB of other scripts': () => '漢😀'.repeat(2 ** 18),
  'lone surrogates': () => '\ud800 \udc00\ud800',
  'a lone surrogate at the end of a long text': () => `${'a'.repeat(500)}\ud83d`,
  'a bigint': () => 2n ** 200n,
  'a symbol': () => Symbol('s'),
  'a symbol without a name': () => Symbol(),
  'a function': () => fails,
  'a class': () => Growing,
  'a date': () => new Date(0),
  'no date': () => new Date(Number.NaN),
  'not a number': () => Number.NaN,
  'negative zero': () => -0,
  infinity: () => Number.NEGATIVE_INFINITY,
  'the smallest number': () => Number.MIN_VALUE,
  null: () => null,
  undefined: () => undefined,
  'an array of 200,000': () => Array.from({ length: 200_000 }, (_, index) => index),
  'an array of holes': () => new Array(200_000),
  'arrays in arrays, too deep for JSON': () => deep(50_000),
  'a circle': () => circular,
  'an array of bigints': () => [1n],
  'an object without a prototype': () => Object.create(null),
  'an array of objects without a prototype': () => [Object.create(null)],
  'a toJSON that throws': () => ({ toJSON: fails }),
  'a toJSON that throws undefined': () => ({ toJSON: throwsNothing }),
  'a toJSON that throws what cannot be printed': () => ({ toJSON: throwsHostile }),
  'a toJSON that gives undefined': () => ({ toJSON: () => undefined, toString: fails }),
  'a toStringTag that throws': () => ({
    toJSON: fails,
    get [Symbol.toStringTag]() {
      return fails();
    },
  }),
  'a toStringTag that is a number': () => ({ toJSON: fails, [Symbol.toStringTag]: 5 }),
  'a getter that throws': () => ({
    get no() {
      return fails();
    },
  }),
  'a proxy that throws': () =>
    new Proxy(
      {},
      { get: fails, ownKeys: fails, getPrototypeOf: fails, has: fails, getOwnPropertyDescriptor: fails },
    ),
  'a proxy of a function': () => new Proxy(fails, { get: fails }),
  'a proxy that was revoked': () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  'a proxy of bytes': () => new Proxy(new Uint8Array(30), {}),
  bytes: () => new Uint8Array([0, 128, 255]),
  'bytes of a megabyte': () => new Uint8Array(2 ** 20),
  'bytes that lie about their length': () => new Growing(4),
  'bytes with a length of their own': () =>
    Object.defineProperty(new Uint8Array(30), 'length', { value: -5 }),
  'shared bytes': () => new Uint8Array(new SharedArrayBuffer(40)),
  'an object that only looks like bytes': () => Object.create(Uint8Array.prototype),
  'a text as an object': () => Object('text'),
  'a number as an object': () => Object(5),
  'a map': () => new Map([[1, 2]]),
  'a weak map': () => new WeakMap(),
  'a promise': () => Promise.resolve(1),
  'an error': () => new Error('no'),
};

/** Attributes as a whole that don't hold still. */
const ATTRIBUTES: Record<string, () => object> = {
  'a getter that throws': () => ({
    before: 1,
    get bad() {
      return fails();
    },
    after: 2,
  }),
  'a getter that throws undefined': () => ({
    get bad() {
      return throwsNothing();
    },
  }),
  'a getter that throws what cannot be printed': () => ({
    get bad() {
      return throwsHostile();
    },
  }),
  'a proxy that throws': () => new Proxy({}, { ownKeys: fails, get: fails }),
  'a proxy whose values throw': () => new Proxy({ a: 1, b: 2 }, { get: fails }),
  'a proxy that was revoked': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'a getter that adds and removes others': () => {
    const all: Record<string, unknown> = {
      get bad() {
        delete all.next;
        for (let index = 0; index < 50; index++) all[`more ${index}`] = index;
        return 'good';
      },
      next: 'gone',
    };
    return all;
  },
  'no prototype': () => Object.assign(Object.create(null), { a: 1 }),
  'inherited attributes': () => Object.create({ inherited: 1 }, { own: { value: 1, enumerable: true } }),
  'an array': () => [1, 2, 3],
  'a text': () => Object('text'),
  'a key of a megabyte': () => ({ ['k'.repeat(2 ** 20)]: 1 }),
  'a key of a lone surrogate': () => ({ '\ud800': 1, 'key \udc00 of others': 2 }),
  'ten thousand keys': () =>
    Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 1])),
  'symbols as keys': () => ({ [Symbol('s')]: 1, a: 2 }),
};

setLogWriter(() => {});
afterEach(() => setLogWriter(() => {}));

for (const protocol of ['compact', 'binary'] as const) {
  const cases: [string, () => Partial<ReadableSpan>][] = [];
  for (const [name, make] of Object.entries(VALUES)) {
    cases.push([
      `${name} as a value`,
      () => ({ attributes: { first: 1, hostile: make(), last: 'z' } as never }),
    ]);
    cases.push([`${name} in an array`, () => ({ attributes: { hostile: [make()] } as never })]);
    cases.push([
      `${name} in an event`,
      () => ({ events: [{ name: 'e', time: [1, 1], attributes: { a: make() } as never }] }),
    ]);
    cases.push([`${name} as a name`, () => ({ name: make() as never })]);
    cases.push([
      `${name} as the status's message`,
      () => ({ status: { code: 2, message: make() as never } }),
    ]);
  }
  for (const [name, make] of Object.entries(ATTRIBUTES))
    cases.push([`${name} for attributes`, () => ({ attributes: make() as never })]);

  test(`${protocol}: nothing that a span holds throws out of onEnd or harms the spans beside it`, () => {
    const generator = new SpanGenerator(new Random(7));
    const resource = plainResource({ 'service.name': 'shop' });
    for (const [name, hostile] of cases) {
      const transport = new ReadingTransport(protocol);
      const counters = createCounters();
      const batcher = new SpanBatcher({
        transport,
        counters,
        encodeProcess: ({ attributes }) => encodeProcess(protocol, attributes),
        maxBatchSize: 512,
        maxQueueSize: 8192,
        maxQueueBytes: 32 << 20,
      });
      const processor = new BatchSpanProcessor(batcher, transport, {
        scheduleDelay: 60_000,
        exportTimeout: 1000,
      });
      const neighbours = [0, 1, 2, 3].map((index) => sampled(generator.span(resource, index)));
      const bad = sampled({ ...generator.span(resource, 4), name: 'bad', ...hostile() });
      const faults = agentCounters.faults;
      const whole = `${protocol}, ${name}`;
      for (const span of [neighbours[0]!, neighbours[1]!, bad, neighbours[2]!, bad, neighbours[3]!]) {
        assert.doesNotThrow(() => processor.onEnd(span), whole);
      }
      batcher.flush();
      assert.equal(agentCounters.faults, faults, `${whole}: no fault reached the border`);
      const lost = counters.droppedTooLarge + counters.droppedUnencodable;
      assert.equal(counters.sent + lost, 6, `${whole}: sent or counted`);
      assert.equal(lost % 2, 0, `${whole}: the same both times`);
      assert.equal(transport.spans.length, counters.sent, whole);
      const others = transport.spans.filter((span) => SpanGenerator.indexOf(Number(span.startTime)) !== 4);
      assert.equal(others.length, 4, whole);
      for (const [index, span] of others.entries()) compareSpan(span, neighbours[index]!);
    }
  });
}

test('an attribute whose reading ends other spans loses itself or those, and harms nothing', () => {
  for (const protocol of ['compact', 'binary'] as const) {
    const generator = new SpanGenerator(new Random(8));
    const transport = new ReadingTransport(protocol);
    const counters = createCounters();
    const resources = [plainResource({ 'service.name': 'shop' }), plainResource({ 'service.name': 'other' })];
    const batcher = new SpanBatcher({
      transport,
      counters,
      encodeProcess: ({ attributes }) => encodeProcess(protocol, attributes),
      maxBatchSize: 3,
      maxQueueSize: 8192,
      maxQueueBytes: 32 << 20,
    });
    const ended = Array.from({ length: 60 }, (_, index) =>
      sampled({ ...generator.span(resources[0]!, index), attributes: { text: 'x' } }),
    );
    for (let index = 0; index < 60; index += 3) {
      const inner = [ended[index + 1]!, { ...ended[index + 2]!, resource: resources[(index / 3) % 2]! }];
      const attributes = {
        text: 'x',
        get again() {
          for (const span of inner) batcher.append(span);
          if (index % 2 === 0) batcher.flush();
          return 'y';
        },
      };
      ended[index] = { ...ended[index]!, attributes };
      assert.doesNotThrow(() => batcher.append(ended[index]!));
    }
    batcher.flush();
    assert.equal(counters.ended, 60);
    assert.equal(counters.sent + counters.droppedUnencodable, 60);
    assert.equal(transport.spans.length, counters.sent);
    for (const read of transport.spans) {
      const span = ended[SpanGenerator.indexOf(Number(read.startTime))]!;
      const again = Object.hasOwn(span.attributes, 'again');
      compareSpan(read, again ? { ...span, attributes: { text: 'x', again: 'y' } } : span);
    }
  }
});

function sampled(span: ReadableSpan): ReadableSpan {
  const context = { ...span.spanContext(), traceFlags: 1 };
  return { ...span, spanContext: () => context };
}
