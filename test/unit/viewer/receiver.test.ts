/**
 * The demo's receiver: on loopback unless told otherwise, bounded, and what is no batch of spans is counted.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { BatchPacket } from '../../../src/send/encode/batch-packet';
import { encodeProcess } from '../../../src/send/encode/process-encoder';
import { createReceiver } from '../../../src/viewer';
import { spanPopulation } from '../../support/span-population';

const STATS = { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 };

function packetOf(spans: ReturnType<typeof spanPopulation>): Buffer {
  const packet = new BatchPacket({ protocol: 'compact', envelope: 'message', maxBytes: 65_000 });
  packet.setProcess(encodeProcess('compact', spans[0]!.resource.attributes));
  for (const span of spans) assert.ok(packet.append(span));
  return Buffer.from(packet.finish({ seqNo: 1, stats: STATS }));
}

/** Whether a packet can hold the span as it is. */
function fits(span: ReturnType<typeof spanPopulation>[number]): boolean {
  const packet = new BatchPacket({ protocol: 'compact', envelope: 'message', maxBytes: 65_000 });
  packet.setProcess(encodeProcess('compact', span.resource.attributes));
  return packet.append(span);
}

async function send(port: number, packets: readonly Buffer[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const packet of packets) {
    await new Promise((resolve) => socket.send(packet, port, '127.0.0.1', resolve));
  }
  socket.close();
  await once(socket, 'close');
}

test('it listens on loopback unless another address is given, and counts what is no batch of spans', async () => {
  const receiver = await createReceiver({ port: 0 });
  assert.equal(receiver.host, '127.0.0.1');
  const good = packetOf(spanPopulation(1, 2));
  const cut = good.subarray(0, good.length >> 1);
  await send(receiver.port, [Buffer.from('no batch'), cut, Buffer.alloc(0), good, Buffer.alloc(1000, 0xff)]);
  assert.equal((await receiver.spans()).length, 2);
  assert.equal(receiver.malformed, 4);
  await receiver.close();
  const six = await createReceiver({ port: 0, host: '::1' });
  assert.equal(six.host, '::1');
  assert.deepEqual(await six.spans(), []);
  await six.close();
});

test('it keeps so many spans, the newest, and counts those that had to go', async (t) => {
  const receiver = await createReceiver({ port: 0, maxSpans: 10 });
  t.after(() => receiver.close());
  const spans = spanPopulation(2, 60).filter(fits).slice(0, 30);
  assert.equal(spans.length, 30);
  for (const span of spans) {
    await send(receiver.port, [packetOf([span])]);
    await receiver.spans();
  }
  const kept = await receiver.spans();
  assert.deepEqual(
    kept.map((span) => span.spanId),
    spans.slice(-10).map((span) => span.spanContext().spanId),
  );
  assert.equal(receiver.dropped, 20);
});
