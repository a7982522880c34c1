/**
 * Guards the end of a flush: once all is done or the time is up, and never more work for being asked for often.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedFlush } from '../../../src/send/bounded-flush';
import { JaegerExporter } from '../../../src/send/jaeger-exporter';

function create() {
  const seen = { held: [] as boolean[], flushes: 0, waits: [] as (() => void)[] };
  const flush = new BoundedFlush({
    hold: (alive) => seen.held.push(alive),
    flush: () => seen.flushes++,
    whenIdle: (callback) => seen.waits.push(callback),
  });
  return { flush, seen };
}

test('flushes that overlap send what ended before each, wait once, hold once, and end together', async () => {
  const { flush, seen } = create();
  const both = Promise.all([flush.run(60_000), flush.run(60_000)]);
  assert.deepEqual([seen.flushes, seen.waits.length, seen.held], [2, 1, [true]]);
  seen.waits[0]!();
  await both;
  assert.deepEqual(seen.held, [true, false]);
});

test('each ends by its own limit, and the one that follows needs no wait of its own while nothing answers', async () => {
  const { flush, seen } = create();
  for (let times = 0; times < 5; times++) await flush.run(1);
  assert.equal(seen.waits.length, 1);
  assert.equal(seen.held.length, 10);
  const last = flush.run(60_000);
  seen.waits[0]!();
  await last;
  const next = flush.run(60_000);
  assert.equal(seen.waits.length, 2);
  seen.waits[1]!();
  await next;
});

test('where nothing waits a flush is over at once', async () => {
  const held: boolean[] = [];
  const flush = new BoundedFlush({
    hold: (alive) => held.push(alive),
    flush: () => {},
    whenIdle: (callback) => callback(),
  });
  await flush.run(60_000);
  assert.deepEqual(held, [true, false]);
});

test('spans given to an exporter that is shut down are counted', async () => {
  const exporter = new JaegerExporter({ host: '127.0.0.1', port: 6831 });
  await exporter.shutdown();
  exporter.export([{}, {}], ({ code }) => assert.equal(code, 1));
  const { ended, droppedAtShutdown } = exporter.health();
  assert.deepEqual([ended, droppedAtShutdown], [2, 2]);
});
