/**
 * Guards a packet's limit, which no span may pass, and the process that each packet names.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { BatchPacket, type BatchPacketOptions } from '../../../../src/send/encode/batch-packet';
import { encodeProcess } from '../../../../src/send/encode/process-encoder';
import { plainResource, Random, randomSpan, spanPopulation } from '../../../support/span-population';
import { decodeBatch, decodeEmitBatch, type PlainBatch } from '../../../support/thrift-oracle';

const LARGEST = {
  seqNo: Number.MAX_VALUE,
  stats: {
    fullQueueDroppedSpans: Number.MAX_VALUE,
    tooLargeDroppedSpans: Number.MAX_VALUE,
    failedToEmitSpans: Number.MAX_VALUE,
  },
};
const ZERO = { seqNo: 0, stats: { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 } };

const FORMS = [
  { protocol: 'compact', envelope: 'message' },
  { protocol: 'compact', envelope: 'bare' },
  { protocol: 'binary', envelope: 'message' },
  { protocol: 'binary', envelope: 'bare' },
] as const;

const resource = plainResource({ 'service.name': 'shop', region: 'north' });

function createPacket(options: BatchPacketOptions): BatchPacket {
  const packet = new BatchPacket(options);
  packet.setProcess(encodeProcess(options.protocol, resource.attributes));
  return packet;
}

function decode(bytes: Buffer, { protocol, envelope }: Omit<BatchPacketOptions, 'maxBytes'>): PlainBatch {
  if (envelope === 'message') return decodeEmitBatch(bytes, protocol);
  assert.equal(protocol, 'binary');
  return decodeBatch(bytes);
}

/** A plain span with one attribute of `length` characters. */
function spanOf(length: number, overrides: Partial<ReadableSpan> = {}): ReadableSpan {
  return {
    ...randomSpan(new Random(1), resource),
    name: 'one',
    attributes: { text: 'x'.repeat(length) },
    links: [],
    events: [],
    status: { code: 0 },
    ...overrides,
  };
}

for (const form of FORMS) {
  const name = `${form.protocol}, ${form.envelope}`;

  test(`${name}: a packet is at most maxBytes long, and a span that brings it there is taken`, () => {
    for (const maxBytes of [1_300, 65_000]) {
      let length = 0;
      // The longest text that is taken, by trying; one more is refused.
      for (let step = 2 ** 17; step >= 1; step /= 2) {
        if (createPacket({ ...form, maxBytes }).append(spanOf(length + step))) length += step;
      }
      const packet = createPacket({ ...form, maxBytes });
      assert.equal(packet.append(spanOf(length + 1)), false);
      assert.equal(packet.spanCount, 0);
      assert.equal(packet.append(spanOf(length)), true);
      assert.equal(packet.byteLength, maxBytes);
      assert.equal(packet.finish(LARGEST).length, maxBytes);
      assert.ok(packet.finish(ZERO).length <= maxBytes);
      if (form.envelope === 'message' || form.protocol === 'binary') {
        assert.equal(decode(packet.finish(ZERO), form).spans[0]!.tags![0]!.vStr!.length, length);
      }
    }
  });

  test(`${name}: a span that has no room leaves the packet as it was`, () => {
    const packet = createPacket({ ...form, maxBytes: 4_000 });
    let count = 0;
    while (packet.append(spanOf(100))) count++;
    const before = Buffer.from(packet.finish(ZERO));
    assert.equal(packet.append(spanOf(100)), false);
    assert.equal(packet.append(spanOf(1_000_000)), false);
    assert.equal(packet.spanCount, count);
    assert.deepEqual(Buffer.from(packet.finish(ZERO)), before);
  });

  test(`${name}: every number of spans gives a packet that is no longer than it said`, () => {
    const packet = createPacket({ ...form, maxBytes: 2 ** 20 });
    const spans = spanPopulation(3, 1).map((span) => ({ ...span, ...spanOf(0), attributes: {} }));
    for (let count = 0; count <= 300; count++) {
      const bytes = packet.finish(LARGEST);
      assert.equal(bytes.length, packet.byteLength);
      if (form.envelope === 'message' || form.protocol === 'binary') {
        if (count % 10 < 2 || (count > 12 && count < 18))
          assert.equal(decode(bytes, form).spans.length, count);
      }
      assert.ok(packet.append(spans[0]!));
    }
  });
}

test('a packet is filled again after reset, for another process as well', () => {
  const form = { protocol: 'compact', envelope: 'message' } as const;
  const packet = createPacket({ ...form, maxBytes: 65_000 });
  packet.append(spanOf(10));
  packet.append(spanOf(20));
  packet.reset();
  assert.equal(packet.spanCount, 0);
  packet.append(spanOf(30));
  assert.deepEqual(
    decode(packet.finish(ZERO), form).spans.map((span) => span.tags![0]!.vStr!.length),
    [30],
  );
  // A process with more than the packet's buffer has in front.
  packet.setProcess(encodeProcess('compact', { 'service.name': 'other', long: 'y'.repeat(40_000) }));
  assert.equal(packet.spanCount, 0);
  assert.ok(packet.append(spanOf(20_000)));
  assert.equal(packet.append(spanOf(20_000)), false);
  const batch = decode(packet.finish(ZERO), form);
  assert.equal(batch.process.serviceName, 'other');
  assert.equal(batch.process.tags![0]!.vStr!.length, 40_000);
  assert.equal(batch.spans[0]!.tags![0]!.vStr!.length, 20_000);
});

test('a process that fills the packet leaves no room for spans, and nothing throws', () => {
  const packet = new BatchPacket({ protocol: 'compact', envelope: 'message', maxBytes: 1_300 });
  packet.setProcess(encodeProcess('compact', { long: 'y'.repeat(200_000) }));
  assert.equal(packet.append(spanOf(1)), false);
  assert.equal(packet.spanCount, 0);
});

test('a large body grows as it fills', () => {
  const form = { protocol: 'binary', envelope: 'bare' } as const;
  const packet = createPacket({ ...form, maxBytes: 2 ** 21 });
  const spans = spanPopulation(12, 400);
  const taken = spans.filter((span) => packet.append(span)).length;
  assert.ok(packet.byteLength > 2 ** 18);
  assert.equal(decode(packet.finish(ZERO), form).spans.length, taken);
});

test("the process has the service's name, the resource's attributes and further tags, of which the resource's win", () => {
  const attributes: Attributes = {
    'service.name': 'shop',
    pid: 4,
    'host.arch': 'x',
    list: ['a', 'b'],
    hostname: 'own',
  };
  const packet = new BatchPacket({ protocol: 'compact', envelope: 'message', maxBytes: 1_300 });
  packet.setProcess(
    encodeProcess('compact', attributes, { hostname: 'found', ip: '10.0.0.1', 'client-uuid': 'u' }),
  );
  assert.deepEqual(decodeEmitBatch(packet.finish(ZERO), 'compact').process, {
    serviceName: 'shop',
    tags: [
      { key: 'hostname', vType: 0, vStr: 'own' },
      { key: 'ip', vType: 0, vStr: '10.0.0.1' },
      { key: 'client-uuid', vType: 0, vStr: 'u' },
      { key: 'pid', vType: 3, vLong: 4 },
      { key: 'host.arch', vType: 0, vStr: 'x' },
      { key: 'list', vType: 0, vStr: '["a","b"]' },
    ],
  });
});

test('without a service name the process has that of the default resource', () => {
  for (const attributes of [{}, { 'service.name': '' }, { 'service.name': undefined }]) {
    const packet = new BatchPacket({ protocol: 'binary', envelope: 'bare', maxBytes: 1_300 });
    packet.setProcess(encodeProcess('binary', attributes));
    const { process } = decodeBatch(packet.finish(ZERO));
    assert.deepEqual(process, { serviceName: 'unknown_service:node' });
  }
});
