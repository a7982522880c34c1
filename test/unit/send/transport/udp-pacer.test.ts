/** Guards the pace of UDP packets with a clock of the test's own: what leaves when, in which order, and what never does. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type PaceLimits, Pacer } from '../../../../src/send/transport/pacer';
import { mockTimers } from '../../../support/mock-timers';

const LIMITS: PaceLimits = {
  bytesPerSecond: 1_000_000,
  burstBytes: 10_000,
  messagesPerSecond: Number.POSITIVE_INFINITY,
  overdraftBytes: 20_000,
};

/** A pacer whose timers and clock stand still until `pass`. */
function create(t: TestContext, limits: Partial<PaceLimits> = {}) {
  mockTimers(t);
  const left: number[] = [];
  let now = 0;
  const pacer = new Pacer<{ packet: { length: number }; number: number }>(
    { ...LIMITS, ...limits },
    ({ number }) => left.push(number),
    () => now,
  );
  let count = 0;
  return {
    pacer,
    left,
    push: (length: number, packets = 1) => {
      for (let index = 0; index < packets; index++) pacer.push({ packet: { length }, number: ++count });
    },
    pass: (milliseconds: number) => {
      for (let index = 0; index < milliseconds; index++) {
        now++;
        t.mock.timers.tick(1);
      }
    },
  };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('a burst leaves in the same call as far as the receiver can hold it, the rest follows at the rate, in order', (t) => {
  const { left, push, pass, pacer } = create(t);
  push(1_000, 30);
  assert.deepEqual(left, upTo(10));
  pass(5);
  assert.equal(left.length, 15);
  pass(15);
  assert.deepEqual(left, upTo(30));
  assert.equal(pacer.size, 0);
});

test('a packet larger than a burst leaves, and is paid for before the next', (t) => {
  const { left, push, pass } = create(t);
  push(50_000, 2);
  assert.deepEqual(left, [1]);
  pass(45);
  assert.deepEqual(left, [1]);
  pass(10);
  assert.deepEqual(left, [1, 2]);
});

test('never more packets a second than asked for, also after a pause and when the queue is full', (t) => {
  const { left, push, pass, pacer } = create(t, { messagesPerSecond: 100 });
  pass(10_000);
  push(100, 1000);
  pacer.makeRoom(1_000_000);
  assert.equal(left.length, 1);
  pass(1000);
  assert.ok(left.length >= 100 && left.length <= 102, String(left.length));
});

test('one packet a second is one packet a second', (t) => {
  const { left, push, pass } = create(t, { messagesPerSecond: 1 });
  push(100, 3);
  assert.deepEqual(left, [1]);
  pass(999);
  assert.deepEqual(left, [1]);
  pass(2);
  assert.deepEqual(left, [1, 2]);
});

test('a packet that comes while others wait helps them on, without a timer, and stays behind them', (t) => {
  const { left, push, pass } = create(t, { bytesPerSecond: 500_000 });
  push(10_000, 2);
  assert.deepEqual(left, [1]);
  t.mock.timers.reset();
  // The event loop is busy: the clock goes on and no timer fires.
  mockTimers(t);
  pass(20);
  push(10_000);
  assert.deepEqual(left, [1, 2]);
});

test('a full queue may send ahead of the rate for a while, never in the long run', (t) => {
  const { left, push, pass, pacer } = create(t);
  push(1_000, 100);
  assert.equal(left.length, 10);
  pacer.makeRoom(5_000);
  assert.deepEqual(left, upTo(15));
  pacer.makeRoom(1_000_000);
  assert.ok(left.length >= 30 && left.length <= 31, String(left.length));
  const ahead = left.length;
  pass(20);
  assert.ok(left.length <= ahead + 1, 'what was taken ahead is paid back');
  pass(100);
  assert.deepEqual(left, upTo(100));
});

test('at exit all that waits goes out at once, in order', (t) => {
  const { left, push, pacer } = create(t, { messagesPerSecond: 10 });
  push(20_000, 2_000);
  pacer.drain();
  assert.deepEqual(left, upTo(2_000));
});

test('what is forgotten never leaves, and a paused pacer sends nothing until it goes on', (t) => {
  const { left, push, pass, pacer } = create(t);
  pacer.pause();
  push(1_000, 5);
  pass(1000);
  pacer.makeRoom(1000);
  assert.deepEqual(left, []);
  pacer.resume();
  assert.deepEqual(left, upTo(5));
  push(10_000, 2);
  assert.equal(pacer.clear().length, 2);
  pass(1000);
  assert.deepEqual(left, upTo(5));
});
