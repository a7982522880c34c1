/**
 * Guards which context is active where, and that functions and emitters bound to one stay what they were.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { ContextManager } from '../../../src/record/context-manager';

const KEY = createContextKey('test');
const one = ROOT_CONTEXT.setValue(KEY, 1);
const two = ROOT_CONTEXT.setValue(KEY, 2);
const manager = new ContextManager().enable();

test('a context holds through promises, timers and callbacks, and ends with the call', async () => {
  await manager.with(one, async () => {
    await Promise.resolve();
    assert.equal(manager.active(), one);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(manager.active(), one);
    manager.with(two, () => assert.equal(manager.active(), two));
    assert.equal(manager.active(), one);
  });
  assert.equal(manager.active(), ROOT_CONTEXT);
});

test('with gives this, arguments, result and throw on as they are', () => {
  const self = {};
  function work(this: unknown, a: number, b: number) {
    assert.equal(this, self);
    return a + b;
  }
  assert.equal(manager.with(one, work, self, 1, 2), 3);
  assert.throws(
    () =>
      manager.with(one, () => {
        throw new TypeError('as is');
      }),
    /as is/,
  );
});

test('a bound function keeps this, arguments and length', () => {
  const bound = manager.bind(one, function (this: { x: number }, y: number) {
    return [manager.active(), this.x + y];
  });
  assert.equal(bound.length, 1);
  assert.deepEqual(bound.call({ x: 1 }, 2), [one, 3]);
  assert.equal(manager.bind(one, 5), 5);
});

test('listeners of a bound emitter run in its context, however they were added', () => {
  for (const add of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const) {
    const emitter = manager.bind(one, new EventEmitter());
    const seen: unknown[] = [];
    emitter[add]('event', (value) => seen.push(value, manager.active()));
    manager.with(two, () => emitter.emit('event', 7));
    assert.deepEqual(seen, [7, one], add);
  }
});

test('listeners of a bound emitter are removed by the function that was added, and once fires once', () => {
  const emitter = manager.bind(one, new EventEmitter());
  let calls = 0;
  const listener = () => {
    calls++;
  };
  for (const add of ['on', 'once', 'prependOnceListener'] as const) {
    emitter[add]('event', listener);
    assert.deepEqual(emitter.listeners('event'), [listener], add);
    emitter.off('event', listener);
    assert.equal(emitter.listenerCount('event'), 0, add);
  }
  emitter.once('event', listener);
  emitter.emit('event');
  emitter.emit('event');
  assert.equal(calls, 1);
  assert.equal(emitter.listenerCount('event'), 0);
  manager.bind(two, emitter);
  emitter.on('event', () => assert.equal(manager.active(), one));
  emitter.emit('event');
});

test("events.once and Node's refusal of a wrong listener work on a bound emitter", async () => {
  const emitter = manager.bind(one, new EventEmitter());
  const waiting = once(emitter, 'event');
  emitter.emit('event', 3);
  assert.deepEqual(await waiting, [3]);
  assert.throws(() => emitter.on('event', 5 as never), { code: 'ERR_INVALID_ARG_TYPE' });
});
