/**
 * Guards back pressure over UDP on one machine: what a receiver has no room for waits, what its kernel dropped is
 * counted, and a receiver that has stopped, or can't be seen, holds nothing up.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Counters, createCounters } from '../../../../src/diagnostics/counters';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { memoryOf, ReceiverQueue } from '../../../../src/send/transport/receiver-queue';
import { UdpTransport } from '../../../../src/send/transport/udp-transport';
import { mockTimers } from '../../../support/mock-timers';

let said = '';
setLogWriter((line) => {
  said += line;
});

const needsTable = {
  skip:
    process.platform === 'linux' && endianness() === 'LE'
      ? false
      : 'only Linux shows sockets in /proc/net/udp',
};

/** A receiver in a process of its own, which can be stopped; it says how many packets it has read when asked. */
const RECEIVER = `
let count = 0;
const [type, address] = process.argv.slice(1);
const socket = require('node:dgram').createSocket(type);
socket.on('message', () => count++);
socket.bind(0, address, () => process.send(socket.address().port));
process.on('message', (expected) => {
  const until = Date.now() + 10_000;
  const look = () => (count >= expected || Date.now() > until ? process.send(count) : setTimeout(look, 5));
  look();
});
process.on('disconnect', () => process.exit());
`;

async function receiver(t: TestContext, type = 'udp4', address = '127.0.0.1') {
  const child: ChildProcess = spawn(process.execPath, ['-e', RECEIVER, type, address], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  return {
    port,
    /** Resolves once it stands: a signal takes its time. */
    async stop(): Promise<void> {
      child.kill('SIGSTOP');
      const stat = `/proc/${child.pid}/stat`;
      while (!/\) T /.test(readFileSync(stat, 'latin1')))
        await new Promise((resolve) => setTimeout(resolve, 1));
    },
    go: () => child.kill('SIGCONT'),
    /** How many packets were read: so many, or those of ten seconds. */
    async read(count: number): Promise<number> {
      child.send(count);
      const [read] = (await once(child, 'message')) as [number];
      return read;
    },
  };
}

function transportTo(t: TestContext, host: string, port: number, counters: Counters): UdpTransport {
  const transport = new UdpTransport({ host, port, protocol: 'compact', maxBytes: 65_000, counters });
  t.after(() => transport.close());
  return transport;
}

for (const [host, type, address] of [
  ['127.0.0.1', 'udp4', '127.0.0.1'],
  ['127.0.0.1', 'udp4', '0.0.0.0'],
  ['127.0.0.1', 'udp6', '::'],
  ['::1', 'udp6', '::1'],
  ['::1', 'udp6', '::'],
] as const) {
  test(
    `packets to ${host} wait for a receiver at ${address} that stands still, and all arrive`,
    needsTable,
    async (t) => {
      const { port, stop, go, read } = await receiver(t, type, address);
      const counters = createCounters();
      const transport = transportTo(t, host, port, counters);
      transport.hold(true);
      await stop();
      const done: (string | undefined)[] = [];
      let taken = 0;
      const all = new Promise<void>((resolve) => {
        for (let index = 0; index < 20; index++) {
          transport.send(
            Buffer.alloc(60_000),
            100,
            (lost) => {
              if (done.push(lost) === 20) resolve();
            },
            () => taken++,
          );
        }
      });
      // By the pace alone, 1.2 MB would have left after 50 ms. Three packets fit; once there are two that stay, one might.
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.ok(taken === 2 || taken === 3, `${taken} packets left`);
      go();
      await all;
      assert.deepEqual(new Set(done), new Set([undefined]));
      assert.equal(await read(20), 20);
      assert.deepEqual([counters.receiverDrops, counters.droppedReceiverFull, said], [0, 0, '']);
    },
  );
}

test(
  'what the receiver had no room for at the end is counted, in packets and spans',
  needsTable,
  async (t) => {
    const { port, stop } = await receiver(t);
    const counters = createCounters();
    counters.sent = 2_000;
    const transport = transportTo(t, '127.0.0.1', port, counters);
    await stop();
    for (let index = 0; index < 20; index++) transport.send(Buffer.alloc(60_000), 100, () => {});
    const begun = performance.now();
    transport.drainNow(50);
    assert.ok(performance.now() - begun >= 50);
    assert.deepEqual(
      { packets: counters.receiverDrops, spans: counters.droppedReceiverFull, sent: counters.sent },
      { packets: 17, spans: 1_700, sent: 300 },
    );
    assert.match(said, new RegExp(`127.0.0.1:${port} reads too slowly.* packets so far .*TA_RECEIVER_FULL`));
    said = '';
  },
);

test(
  'at the end of a process packets wait for a receiver that reads, and all arrive',
  needsTable,
  async (t) => {
    const { port, read } = await receiver(t);
    const counters = createCounters();
    const transport = transportTo(t, '127.0.0.1', port, counters);
    for (let index = 0; index < 40; index++) transport.send(Buffer.alloc(60_000), 100, () => {});
    transport.drainNow(20_000);
    assert.equal(await read(40), 40);
    assert.equal(counters.receiverDrops, 0);
  },
);

test('the kernel counts for a packet what we think it does', needsTable, async (t) => {
  const { port, stop } = await receiver(t);
  await stop();
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const queued = (): number => {
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    const line = readFileSync('/proc/net/udp', 'latin1')
      .split('\n')
      .find((each) => each.includes(`:${hex} 00000000:0000`))!;
    return Number.parseInt(line.trim().split(/\s+/)[4]!.split(':')[1]!, 16);
  };
  let before = queued();
  for (const length of [300, 1_300, 4_000, 8_000, 16_000, 60_000]) {
    await new Promise<void>((resolve) => socket.send(Buffer.alloc(length), () => resolve()));
    const memory = queued() - before;
    before += memory;
    // Other kernels have headers of another size.
    assert.ok(
      Math.abs(memoryOf(length) - memory) <= memory * 0.1,
      `${length}: ${memory}, ${memoryOf(length)}`,
    );
  }
});

const HEAD =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n';

/** A table of the test's own, a clock that stands, and port 6831 of 127.0.0.1. */
function tabled(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'receiver-queue-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'udp');
  const dropped: [number, number][] = [];
  const clock = { now: 0 };
  const queue = new ReceiverQueue({
    address: '127.0.0.1',
    port: 6831,
    ownPort: 40_000,
    onDropped: (packets, spans) => dropped.push([packets, spans]),
    now: () => clock.now,
    tables: [file],
  });
  const row = (
    queued: number,
    drops: number,
    local = '0100007F:1AAF',
    remote = '00000000:0000',
    inode = 77,
  ) =>
    `  1: ${local} ${remote} 07 00000000:${queued.toString(16).padStart(8, '0')} 00:00000000 00000000  1000        0 ${inode} 2 0000000000000000 ${drops}\n`;
  return {
    queue,
    dropped,
    clock,
    row,
    write: (...rows: string[]) => writeFileSync(file, HEAD + rows.join('')),
  };
}

test(
  'a receiver that has stopped is waited for two seconds, then the pace decides until it reads again',
  needsTable,
  (t) => {
    const { queue, clock, row, write } = tabled(t);
    write(row(212_000, 0));
    for (clock.now = 0; clock.now < 2_000; clock.now += 10) assert.ok((queue.wait(65_000) ?? 0) > 0);
    assert.equal(queue.wait(65_000), undefined);
    write(row(0, 0));
    clock.now += 110;
    assert.equal(queue.wait(65_000), 0);
  },
);

test(
  'where the queue was empty again and again, one look serves what fits, and each packet where it was not',
  needsTable,
  (t) => {
    const { queue, clock, row, write } = tabled(t);
    const free = row(0, 0);
    const full = row(212_000, 0);
    /** Packets 100 ms apart that go without a look, while the table says at each look that there is no room. */
    const unseen = () => {
      write(free);
      clock.now += 1_000;
      assert.equal(queue.wait(65_000), 0);
      write(full);
      let packets = 0;
      for (; queue.wait(65_000) === 0; packets++) {
        queue.sent(65_000, 150);
        clock.now += 100;
      }
      return packets;
    };
    assert.equal(unseen(), 1);
    write(free);
    for (let look = 0; look < 8; look++) {
      clock.now += 1_000;
      queue.look();
    }
    assert.equal(unseen(), 3);
    assert.equal(unseen(), 1);
  },
);

test('one that reads, however slowly, is waited for', needsTable, (t) => {
  const { queue, clock, row, write } = tabled(t);
  for (let left = 212_000; left > 180_000; left -= 4_000) {
    clock.now += 1_000;
    write(row(left, 0));
    assert.ok((queue.wait(65_000) ?? 0) > 0);
  }
});

test(
  'spans of dropped packets are estimated where only we send, and not where others do',
  needsTable,
  (t) => {
    const { queue, dropped, clock, row, write } = tabled(t);
    write(row(0, 5));
    assert.equal(queue.wait(60_000), 0);
    queue.sent(60_000, 180);
    queue.sent(60_000, 200);
    const own = row(0, 0, '0100007F:9C40', '0100007F:1AAF', 78);
    write(row(0, 6), own);
    queue.look();
    write(row(0, 8), own, row(0, 0, '0100007F:9C41', '0100007F:1AAF', 79));
    queue.look();
    // Another socket at the same port: its count starts anew.
    write(row(0, 90, undefined, undefined, 99));
    clock.now++;
    queue.look();
    assert.deepEqual(dropped, [
      [1, 190],
      [2, 0],
    ]);
  },
);

test('what became of the last packet is looked up a second later', needsTable, (t) => {
  mockTimers(t);
  const { queue, dropped, row, write } = tabled(t);
  write(row(0, 0));
  assert.equal(queue.wait(60_000), 0);
  queue.sent(60_000, 123);
  write(row(0, 1));
  t.mock.timers.tick(1_000);
  assert.deepEqual(dropped, [[1, 123]]);
  queue.sent(60_000, 77);
  queue.look();
  // Seen already: the tables aren't read again.
  write(row(0, 2));
  t.mock.timers.tick(1_000);
  assert.deepEqual(dropped, [[1, 123]]);
});

test('no row, too long a table, and slow reads leave it to the pace', needsTable, (t) => {
  const { queue, clock, row, write } = tabled(t);
  write(row(0, 0, '0200007F:1AAF'), row(0, 0, '0100007F:1AB0'));
  assert.equal(queue.wait(60_000), undefined);
  clock.now += 5_000;
  write(...Array.from({ length: 200 }, () => row(0, 0)));
  assert.equal(queue.wait(60_000), undefined);
  clock.now += 5_000;
  write(row(0, 0));
  assert.equal(queue.wait(60_000), 0);
});

test('of a table too long for the pace, drops are counted by another look', needsTable, async (t) => {
  mockTimers(t);
  const { queue, dropped, row, write } = tabled(t);
  const many = Array.from({ length: 500 }, (_, index) =>
    row(0, 9, '0100007F:0035', undefined, 1_000 + index),
  );
  write(...many, row(0, 3));
  assert.equal(queue.wait(60_000), undefined);
  await until(() => queue.seen !== undefined);
  queue.sent(60_000, 150);
  queue.sent(60_000, 170);
  write(...many, row(0, 4));
  t.mock.timers.tick(1_000);
  await until(() => dropped.length > 0);
  assert.deepEqual(dropped, [[1, 160]]);
  // At the end of a process nobody waits for another thread.
  write(...many, row(0, 6));
  queue.look(true);
  assert.deepEqual(dropped, [
    [1, 160],
    [2, 320],
  ]);
});

test(
  'on a machine with hundreds of sockets what a receiver has no room for is counted',
  needsTable,
  async (t) => {
    const { port, stop, read, go } = await receiver(t);
    const others = Array.from({ length: 200 }, () => createSocket('udp4'));
    t.after(() => {
      for (const each of others) each.close();
    });
    for (const each of others) each.bind(0, '127.0.0.1');
    await Promise.all(others.map((each) => once(each, 'listening')));
    const counters = createCounters();
    counters.sent = 2_000;
    const transport = transportTo(t, '127.0.0.1', port, counters);
    transport.hold(true);
    await stop();
    const sent: Promise<unknown>[] = [];
    for (let index = 0; index < 20; index++) {
      // The first brings the look that says how many had been dropped before; nothing tells when it is over.
      if (index === 1) await new Promise((resolve) => setTimeout(resolve, 200));
      sent.push(new Promise((resolve) => transport.send(Buffer.alloc(60_000), 100, resolve)));
    }
    assert.deepEqual(new Set(await Promise.all(sent)), new Set([undefined]));
    await until(() => counters.receiverDrops === 17);
    assert.equal(counters.droppedReceiverFull, 1_700);
    go();
    assert.equal(await read(3), 3);
    assert.match(said, new RegExp(`127.0.0.1:${port} reads too slowly`));
    said = '';
  },
);

/** Turns of the event loop, however the mocked clock stands. */
async function until(holds: () => boolean): Promise<void> {
  const begun = performance.now();
  while (!holds()) {
    assert.ok(performance.now() - begun < 20_000, `${holds} came true`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
