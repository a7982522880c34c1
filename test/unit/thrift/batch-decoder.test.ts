/**
 * Guards what is read from packets: what the thrift package reads, and of damaged ones nothing but a ThriftError.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchPacket } from '../../../src/send/encode/batch-packet';
import { encodeProcess } from '../../../src/send/encode/process-encoder';
import { decodeBatch, decodeEmitBatch } from '../../../src/thrift/batch-decoder';
import { BinaryWriter } from '../../../src/thrift/binary-writer';
import { CompactWriter } from '../../../src/thrift/compact-writer';
import type { JaegerBatch, JaegerTag } from '../../../src/thrift/jaeger';
import { ThriftError } from '../../../src/thrift/reader';
import * as Type from '../../../src/thrift/type';
import { Random, spanPopulation } from '../../support/span-population';
import * as oracle from '../../support/thrift-oracle';

const STATS = { fullQueueDroppedSpans: 4, tooLargeDroppedSpans: 5, failedToEmitSpans: 2 ** 40 };

function ours(
  protocol: 'compact' | 'binary',
  envelope: 'message' | 'bare',
  seed: number,
  count: number,
): Buffer {
  const packet = new BatchPacket({ protocol, envelope, maxBytes: 2 ** 24 });
  const spans = spanPopulation(seed, count);
  packet.setProcess(encodeProcess(protocol, spans[0]!.resource.attributes));
  for (const span of spans) assert.ok(packet.append(span));
  return Buffer.from(packet.finish({ seqNo: 2 ** 33, stats: STATS }));
}

/** What our reader gives, from what the `thrift` package's gives. */
function expected(batch: oracle.PlainBatch): JaegerBatch {
  const tags = (all: oracle.PlainTag[] | undefined): JaegerTag[] =>
    (all ?? []).map((tag) => ({
      key: tag.key,
      type: tag.vType,
      value: [tag.vStr, tag.vDouble, tag.vBool, tag.vLong, tag.vBinary && new Uint8Array(tag.vBinary)][
        tag.vType
      ]!,
    }));
  return {
    process: { serviceName: batch.process.serviceName, tags: tags(batch.process.tags) },
    spans: batch.spans.map((span) => ({
      traceId: span.traceIdHigh + span.traceIdLow,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      operationName: span.operationName,
      references: (span.references ?? []).map((reference) => ({
        type: reference.refType,
        traceId: reference.traceIdHigh + reference.traceIdLow,
        spanId: reference.spanId,
      })),
      flags: span.flags,
      startTime: Number(span.startTime),
      duration: Number(span.duration),
      tags: tags(span.tags),
      logs: (span.logs ?? []).map((log) => ({ timestamp: Number(log.timestamp), fields: tags(log.fields) })),
    })),
    seqNo: batch.seqNo as number | undefined,
    stats: batch.stats as JaegerBatch['stats'],
  };
}

test('our readers see in our packets what the thrift package sees', () => {
  for (const protocol of ['compact', 'binary'] as const) {
    const packet = ours(protocol, 'message', 21, 200);
    assert.deepEqual(decodeEmitBatch(packet), expected(oracle.decodeEmitBatch(packet, protocol)));
  }
  const body = ours('binary', 'bare', 22, 200);
  assert.deepEqual(decodeBatch(body), expected(oracle.decodeBatch(body)));
});

test('our readers see in packets of the thrift package what it sees itself', () => {
  const batch = oracle.decodeBatch(ours('binary', 'bare', 23, 200));
  const tags = batch.spans[0]!;
  tags.tags = [
    ...(tags.tags ?? []),
    { key: 'bytes', vType: 4, vBinary: Buffer.from([0, 255, 128]) },
    { key: 'beyond', vType: 3, vLong: -(2n ** 63n) },
    { key: 'all', vType: 2, vStr: 'x', vDouble: 1.5, vBool: true, vLong: 9, vBinary: Buffer.alloc(8) },
  ];
  for (const protocol of ['compact', 'binary'] as const) {
    const packet = oracle.encodeEmitBatch(batch, protocol);
    assert.deepEqual(decodeEmitBatch(packet), expected(batch));
  }
  assert.deepEqual(decodeBatch(oracle.encodeBatch(batch)), expected(batch));
});

test('a batch without seqNo and stats, as older clients send it, is read', () => {
  const batch: oracle.PlainBatch = { process: { serviceName: 'old' }, spans: [] };
  const seen = decodeEmitBatch(oracle.encodeEmitBatch(batch, 'compact'));
  assert.deepEqual(seen, {
    process: { serviceName: 'old', tags: [] },
    spans: [],
    seqNo: undefined,
    stats: undefined,
  });
});

test('fields that the model does not have are skipped, whatever their type', () => {
  for (const writer of [new CompactWriter(), new BinaryWriter()]) {
    const unknown: [type: number, write: () => void][] = [
      [Type.I32, () => writer.i32(-7)],
      [Type.I64, () => writer.i64(2 ** 60)],
      [Type.DOUBLE, () => writer.double(0.5)],
      [Type.STRING, () => writer.string('more')],
      [Type.STRUCT, () => struct()],
      [Type.LIST, () => list()],
      [Type.SET, () => list()],
    ];
    const struct = () => {
      writer.field(Type.STRING, 40, 0);
      writer.string('inside');
      writer.boolField(41, 40, true);
      writer.stop();
    };
    const list = () => {
      writer.list(Type.STRUCT, 2);
      struct();
      struct();
    };
    writer.oneWayMessage('emitBatch', 0);
    writer.field(Type.STRUCT, 1, 0);
    writer.field(Type.STRUCT, 1, 0);
    writer.field(Type.STRING, 1, 0);
    writer.string('shop');
    let id = 1;
    for (const [type, write] of unknown) {
      writer.field(type, id + 20, id);
      id += 20;
      write();
    }
    writer.boolField(id + 1, id, false);
    writer.stop();
    writer.field(Type.LIST, 2, 1);
    writer.list(Type.STRUCT, 0);
    writer.stop();
    writer.stop();
    const batch = decodeEmitBatch(writer.copy());
    assert.deepEqual(batch.process, { serviceName: 'shop', tags: [] });
    assert.deepEqual(batch.spans, []);
  }
});

test('a packet cut off anywhere is refused with a ThriftError', () => {
  for (const protocol of ['compact', 'binary'] as const) {
    const packet = ours(protocol, 'message', 24, 3);
    for (let length = 0; length < packet.length; length++) {
      assert.throws(() => decodeEmitBatch(packet.subarray(0, length)), ThriftError, `${length} bytes`);
    }
  }
});

test('a length that lies is refused before memory is taken for it', () => {
  const binary = '8001000400000009656d6974426174636800000000';
  const compact = '82810009656d69744261746368';
  const packets = {
    'a compact string of 4 GB': '828100ffffffff0f',
    'a binary string of 2 GB': '800100047fffffff',
    'a binary string of less than nothing': '80010004ffffffff',
    'a binary list of 2 G spans': `${binary}0c00010f00020c7fffffff`,
    'a compact list of 4 G spans': `${compact}1c29fcffffffff0f`,
  };
  for (const [what, bytes] of Object.entries(packets)) {
    const before = process.memoryUsage().rss;
    assert.throws(() => decodeEmitBatch(Buffer.from(bytes, 'hex')), ThriftError, what);
    assert.ok(process.memoryUsage().rss - before < 2 ** 28, what);
  }
});

test('structs nested without end are refused, and the stack holds', () => {
  const compact = Buffer.concat([
    Buffer.from('82810009656d69744261746368', 'hex'),
    Buffer.alloc(60_000, 0xfc),
  ]);
  assert.throws(() => decodeEmitBatch(compact), ThriftError);
  const binary = Buffer.concat([
    Buffer.from('8001000400000009656d6974426174636800000000', 'hex'),
    Buffer.alloc(60_000, Buffer.from('0c0063', 'hex')),
  ]);
  assert.throws(() => decodeEmitBatch(binary), ThriftError);
  // Lists of lists of lists.
  const lists = Buffer.concat([
    Buffer.from('82810009656d6974426174636879', 'hex'),
    Buffer.alloc(60_000, 0x19),
  ]);
  assert.throws(() => decodeEmitBatch(lists), ThriftError);
});

test('another message, another protocol and plain text are refused', () => {
  const zipkin = new CompactWriter();
  zipkin.oneWayMessage('emitZipkinBatch', 0);
  zipkin.stop();
  for (const bytes of [
    zipkin.copy(),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.from('8221', 'hex'),
    Buffer.alloc(0),
  ]) {
    assert.throws(() => decodeEmitBatch(bytes), ThriftError);
    assert.throws(() => decodeBatch(bytes), ThriftError);
  }
});

test('mutated packets give a batch or a ThriftError, nothing else', () => {
  const random = new Random(31);
  const originals = [
    small('compact', 'message', 32),
    small('compact', 'message', 33),
    small('binary', 'message', 34),
    small('binary', 'bare', 35),
  ];
  let read = 0;
  let refused = 0;
  for (let round = 0; round < 30_000; round++) {
    const index = round % originals.length;
    const bytes = mutate(Buffer.from(originals[index]!), random);
    try {
      if (index === 3) decodeBatch(bytes);
      else decodeEmitBatch(bytes);
      read++;
    } catch (error) {
      if (!(error instanceof ThriftError)) {
        assert.fail(`round ${round}: ${error} from ${bytes.toString('hex').slice(0, 2_000)}`);
      }
      refused++;
    }
  }
  assert.ok(read > 1_000 && refused > 1_000, `${read} read, ${refused} refused`);
});

/** A packet of a few spans of every kind that are short, so that a mutation hits what matters. */
function small(protocol: 'compact' | 'binary', envelope: 'message' | 'bare', seed: number): Buffer {
  const packet = new BatchPacket({ protocol, envelope, maxBytes: 2_500 });
  for (const span of spanPopulation(seed, 200)) packet.append(span);
  assert.ok(packet.spanCount > 2);
  return Buffer.from(packet.finish({ seqNo: 9, stats: STATS }));
}

function mutate(bytes: Buffer, random: Random): Buffer {
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(bytes.length);
    const sort = random.below(5);
    if (sort === 0) bytes[at] = random.below(256);
    else if (sort === 1) bytes[at] = bytes[at]! ^ (1 << random.below(8));
    else if (sort === 2) bytes[at] = random.pick([0, 0x7f, 0x80, 0xff]);
    else if (sort === 3) bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
    else if (random.chance(0.3)) bytes = bytes.subarray(0, at + 1);
  }
  return bytes;
}
