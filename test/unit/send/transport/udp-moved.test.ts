/**
 * Guards that a moved agent is followed, that each address of a name is tried, and that refusals and packets too large
 * for the network are counted right: real sockets on loopback addresses under names of the test's own.
 */
import assert from 'node:assert/strict';
import { createSocket, Socket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { setLogWriter } from '../../../../src/diagnostics/log';
import type { Lookup } from '../../../../src/send/transport/name-resolver';
import { UdpTransport, type UdpTransportOptions } from '../../../../src/send/transport/udp-transport';
import { mockTimers } from '../../../support/mock-timers';

const lines: string[] = [];
setLogWriter((line) => lines.push(line));

async function receiver(t: TestContext, address: string, port = 0) {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const messages: string[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (message) => {
    messages.push(String(message));
    for (const check of [...waiting]) check();
  });
  socket.bind(port, address);
  await once(socket, 'listening');
  let open = true;
  const close = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await once(socket.close(), 'close');
  };
  t.after(close);
  return {
    port: socket.address().port,
    messages,
    close,
    until: (count: number) =>
      new Promise<void>((resolve, reject) => {
        const late = () => reject(new Error(`${messages.length} of ${count} packets: ${messages}`));
        const deadline = setTimeout(late, 10_000);
        const check = (): void => {
          if (messages.length < count) return;
          clearTimeout(deadline);
          resolve();
        };
        waiting.push(check);
        check();
      }),
  };
}

function create(t: TestContext, options: Partial<UdpTransportOptions> & { port: number }) {
  let refused = 0;
  const transport = new UdpTransport(
    { host: 'agent.test', protocol: 'compact', maxBytes: 65_000, ...options },
    (spans) => {
      refused += spans;
    },
  );
  t.after(() => transport.close());
  transport.hold(true);
  return {
    transport,
    refused: () => refused,
    send: (text: string, spans = 1) =>
      new Promise<string | undefined>((resolve) => {
        transport.send(Buffer.from(text), spans, resolve);
      }),
  };
}

/** Answers with what `addresses` holds at the time, in a later tick. */
function names(addresses: { current: string[] }): Lookup & { count: number } {
  const lookup: Lookup & { count: number } = Object.assign(
    ((_host, answer) => {
      lookup.count++;
      const { current } = addresses;
      setImmediate(() => {
        if (current.length > 0) answer(null, current);
        else answer(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []);
      });
    }) as Lookup,
    { count: 0 },
  );
  return lookup;
}

test('localhost reaches an agent that listens on ::1 only, from the first packet on, and nothing comes twice', async (t) => {
  const agent = await receiver(t, '::1');
  const { send, refused } = create(t, { host: 'localhost', port: agent.port });
  const all = await Promise.all(['one', 'two', 'three'].map((text) => send(text)));
  assert.deepEqual(all, [undefined, undefined, undefined]);
  await agent.until(3);
  assert.deepEqual(agent.messages, ['one', 'two', 'three']);
  assert.equal(refused(), 0);
});

test('a process that was busy while the refusal came still tries the next address', async (t) => {
  const agent = await receiver(t, '::1');
  const { send } = create(t, { host: 'localhost', port: agent.port });
  // Next come timers, then sockets.
  await new Promise((resolve) => setImmediate(resolve));
  const sent = send('one');
  for (const end = performance.now() + 60; performance.now() < end; );
  await sent;
  await agent.until(1);
});

test('each address of a name is tried, and where all refuse, every span is counted once', async (t) => {
  const gone = await receiver(t, '127.0.0.1');
  await gone.close();
  const lookup = names({ current: ['127.0.0.2', '127.0.0.3', '127.0.0.4'] });
  const { send, refused } = create(t, { port: gone.port, lookup });
  const causes: (string | undefined)[] = [];
  for (let index = 0; index < 10; index++) causes.push(await send(`packet ${index}`, 3));
  await delay(50);
  const lost = causes.filter((cause) => cause === 'refused').length * 3;
  assert.equal(lost + refused(), 30);

  const agent = await receiver(t, '127.0.0.4', gone.port);
  const other = create(t, { port: gone.port, lookup });
  assert.equal(await other.send('arrives'), undefined);
  await agent.until(1);
  assert.deepEqual(agent.messages, ['arrives']);
});

test('packets of different sizes to a closed port, many in one tick, are each counted with their own spans', async (t) => {
  const gone = await receiver(t, '127.0.0.1');
  await gone.close();
  const { send, refused } = create(t, { host: '127.0.0.1', port: gone.port });
  const causes = await Promise.all([5, 70, 1, 300].map((spans) => send(`${spans} spans`, spans)));
  await delay(50);
  const lost = causes.reduce(
    (sum, cause, index) => sum + (cause === 'refused' ? [5, 70, 1, 300][index]! : 0),
    0,
  );
  assert.equal(lost + refused(), 376);
});

test('an agent that moves to another address under its name is found again, and what waits arrives there', async (t) => {
  const old = await receiver(t, '127.0.0.1');
  const addresses = { current: ['127.0.0.1'] };
  const { send } = create(t, { port: old.port, lookup: names(addresses), nameTtl: 10 });
  assert.equal(await send('before'), undefined);
  await old.until(1);
  const moved = await receiver(t, '127.0.0.2', old.port);
  await old.close();
  addresses.current = ['127.0.0.2'];
  await delay(20);
  // Nobody listens at the old address: this one is lost, or waits for the name; the others wait.
  await send('between');
  await delay(20);
  for (const text of ['one', 'two', 'three']) assert.equal(await send(text), undefined);
  await moved.until(3);
  assert.deepEqual(moved.messages.slice(-3), ['one', 'two', 'three']);
});

test('without an error the name is asked for again when its time is over, and not before', async (t) => {
  const agent = await receiver(t, '127.0.0.1');
  const moved = await receiver(t, '127.0.0.2', agent.port);
  const addresses = { current: ['127.0.0.1'] };
  const lookup = names(addresses);
  const { send, transport } = create(t, { port: agent.port, lookup, nameTtl: 100 });
  await send('one');
  for (let index = 0; index < 5; index++) transport.prepare();
  assert.equal(lookup.count, 1);
  addresses.current = ['127.0.0.2'];
  await delay(110);
  transport.prepare();
  transport.prepare();
  assert.equal(lookup.count, 2);
  await delay(10);
  await send('two');
  await moved.until(1);
  assert.deepEqual([agent.messages, moved.messages], [['one'], ['two']]);
});

test('a name server that fails later does not stop what arrives', async (t) => {
  const agent = await receiver(t, '127.0.0.1');
  const addresses = { current: ['127.0.0.1'] };
  const { send, transport } = create(t, { port: agent.port, lookup: names(addresses), nameTtl: 10 });
  await send('one');
  addresses.current = [];
  await delay(20);
  transport.prepare();
  await delay(10);
  assert.equal(await send('two'), undefined);
  await agent.until(2);
});

test('where the network refuses packets of a size, the next ones are smaller, said once', async (t) => {
  lines.length = 0;
  const agent = await receiver(t, '127.0.0.1');
  const { send, transport } = create(t, { host: '127.0.0.1', port: agent.port, maxBytes: 100_000 });
  // Loopback itself takes no more than 65,507.
  assert.deepEqual(await Promise.all([send('x'.repeat(80_000)), send('x'.repeat(90_000))]), [
    'tooLarge',
    'tooLarge',
  ]);
  assert.equal(transport.maxBytes, 40_000);
  assert.equal(lines.filter((line) => line.includes('TA_PACKET_TOO_LARGE')).length, 1);
  assert.equal(await send('x'.repeat(40_000)), undefined);
});

test('a burst is spread, all of it arrives, and forceFlush has something to wait for', async (t) => {
  const agent = await receiver(t, '127.0.0.1');
  const { send } = create(t, {
    host: '127.0.0.1',
    port: agent.port,
    bytesPerSecond: 150_000,
    receiverTables: [],
  });
  // Together they fit the receiver's buffer (212,992 bytes), so that a late turn of this process's loop loses none.
  const texts = Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(16_000));
  const sends: number[] = [];
  t.mock.method(Socket.prototype, 'send', function (this: Socket, ...args: unknown[]) {
    sends.push(performance.now());
    return (original as (...all: unknown[]) => void).apply(this, args);
  });
  await Promise.all(texts.map((text) => send(text)));
  await agent.until(10);
  assert.deepEqual(agent.messages, texts);
  // 160,000 bytes, of which 130,000 at once, at 150 kB a second.
  assert.ok(sends.at(-1)! - sends[0]! >= 180);
});

const original = Socket.prototype.send;

test('at exit what the pace holds back leaves in the same call', async (t) => {
  const agent = await receiver(t, '127.0.0.1');
  const { transport } = create(t, { host: '127.0.0.1', port: agent.port, maxMessagesPerSecond: 1 });
  for (let index = 0; index < 20; index++) transport.send(Buffer.from(`${index}`), 1, () => {});
  transport.drainNow();
  // Whatever is not with the kernel by now dies with the socket.
  transport.close();
  await agent.until(20);
  assert.deepEqual(
    agent.messages,
    Array.from({ length: 20 }, (_, index) => `${index}`),
  );
});

test('at exit what the kernel has is counted, also where another address could still have been tried', async (t) => {
  const agent = await receiver(t, '127.0.0.1');
  const { transport } = create(t, { host: 'localhost', port: agent.port });
  mockTimers(t);
  const causes: unknown[] = [];
  transport.send(Buffer.from('one'), 1, (lost) => causes.push(lost));
  await new Promise(setImmediate);
  assert.equal(causes.length, 0);
  transport.send(Buffer.from('two'), 1, (lost) => causes.push(lost));
  transport.drainNow();
  assert.deepEqual(causes, [undefined, undefined]);
  t.mock.timers.tick(1000);
  await agent.until(2);
  assert.equal(causes.length, 2);
});
