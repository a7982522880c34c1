/**
 * Guards sending over UDP on real sockets: packets arrive, and each that can't is counted by its cause and said once.
 */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { UdpTransport } from '../../../../src/send/transport/udp-transport';

const lines: string[] = [];
setLogWriter((line) => lines.push(line));

async function receiver(
  t: TestContext,
  type: 'udp4' | 'udp6' = 'udp4',
): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket(type);
  socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return { socket, port: socket.address().port };
}

async function closedPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

const create = (t: TestContext, host: string, port: number, onRefused?: () => void): UdpTransport => {
  const transport = new UdpTransport({ host, port, protocol: 'compact', maxBytes: 65_000 }, onRefused);
  t.after(() => transport.close());
  // Its socket doesn't hold the process; a test's must live until the answer is there.
  transport.hold(true);
  return transport;
};
const send = (transport: UdpTransport, text: string) =>
  new Promise<string | undefined>((resolve) => {
    transport.send(Buffer.from(text), 1, resolve);
  });

for (const [host, type] of [
  ['127.0.0.1', 'udp4'],
  ['localhost', 'udp4'],
  ['::1', 'udp6'],
] as const) {
  test(`a packet reaches an agent at ${host}`, async (t) => {
    const { socket, port } = await receiver(t, type);
    const arrived = once(socket, 'message');
    assert.equal(await send(create(t, host, port), 'hello'), undefined);
    assert.equal(String((await arrived)[0]), 'hello');
  });
}

test('the very first packet leaves in the same tick, as an exit handler needs it', async (t) => {
  const { socket, port } = await receiver(t);
  const transport = create(t, '127.0.0.1', port);
  transport.send(Buffer.from('now'), 1, () => {});
  // Whatever is not with the kernel by now dies with the socket.
  transport.close();
  const [message] = await once(socket, 'message');
  assert.equal(String(message), 'now');
});

test('a closed port is noticed, said once, and never throws', async (t) => {
  lines.length = 0;
  const port = await closedPort();
  let noticed: () => void;
  const refused = new Promise<void>((resolve) => {
    noticed = resolve;
  });
  const transport = create(t, '127.0.0.1', port, () => noticed());
  await send(transport, 'one');
  await refused;
  await send(transport, 'two');
  assert.equal(
    lines.filter((line) => line.includes(`127.0.0.1:${port}`) && line.includes('TA_AGENT_REFUSED')).length,
    1,
  );
});

test('a name that does not resolve loses its packets by that cause, said once', async (t) => {
  lines.length = 0;
  const transport = create(t, 'no-such-host.invalid', 6831);
  assert.equal(await send(transport, 'one'), 'unresolved');
  assert.equal(await send(transport, 'two'), 'unresolved');
  assert.equal(lines.filter((line) => line.includes('no-such-host.invalid:6831')).length, 1);
});

test('a packet above what UDP carries is told apart from a refused one', async (t) => {
  const { port } = await receiver(t);
  assert.equal(await send(create(t, '127.0.0.1', port), 'x'.repeat(70_000)), 'tooLarge');
});

test('after close every packet is lost by shutdown, at once', async (t) => {
  const transport = create(t, '127.0.0.1', 6831);
  transport.close();
  assert.equal(await send(transport, 'late'), 'shutdown');
});
