/**
 * Guards that a value follows every asynchronous call as it does in Node's own AsyncLocalStorage, which runs beside it
 * in seeded random programs and is asked at each step. A value that got lost is a span without parent; a wrong one is a
 * span in another request's trace.
 */
import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createStorage, hookedStorage } from '../../../src/record/hooked-storage';
import { Random } from '../../support/span-population';

/** Node's frames differ from hooks where a timer is refreshed or a resource used again; ours isn't used beside them. */
const options = { skip: !('kResourceStore' in new AsyncLocalStorage()) };
const ours = hookedStorage<number>();
const oracle = new AsyncLocalStorage<number>();
let checks = 0;

function check(): void {
  checks++;
  assert.equal(ours.getStore(), oracle.getStore());
}

function run<R>(value: number, work: () => R): R {
  return ours.run(value, () => oracle.run(value, work));
}

const resources: AsyncResource[] = [];
const timers: NodeJS.Timeout[] = [];

/** Does one asynchronous thing that a program may do, and goes on in it. */
const steps: ((next: () => unknown, roll: () => number) => unknown)[] = [
  (next) => new Promise<void>((resolve) => process.nextTick(() => resolve(next() as never))),
  (next) => new Promise<void>((resolve) => setImmediate(() => resolve(next() as never))),
  (next) => new Promise<void>((resolve) => setTimeout(() => resolve(next() as never), 1)),
  (next) => new Promise<void>((resolve) => queueMicrotask(() => resolve(next() as never))),
  async (next) => {
    await undefined;
    check();
    return next();
  },
  (next) => Promise.reject(new Error()).catch(() => next()),
  (next) => new Promise<void>((resolve) => readFile(__filename, () => resolve(next() as never))),
  (next, roll) => run(roll(), next),
  (next, roll) => {
    assert.throws(() =>
      run(roll(), () => {
        check();
        throw new Error();
      }),
    );
    return next();
  },
  // The same resource within itself, with other calls between.
  (next, roll) => {
    const resource = new AsyncResource('TEST');
    resources.push(resource);
    return resource.runInAsyncScope(() =>
      run(roll(), () =>
        new AsyncResource('OTHER').runInAsyncScope(() =>
          run(roll(), () =>
            resource.runInAsyncScope(() => {
              check();
              return next();
            }),
          ),
        ),
      ),
    );
  },
  // One that another call has made.
  (next, roll) => {
    const resource = resources[Math.floor(roll() * resources.length)];
    return resource === undefined ? next() : resource.runInAsyncScope(next);
  },
  // One that is used again.
  (next) =>
    new Promise<void>((resolve) => {
      const timer = timers.pop() ?? setTimeout(() => {}, 1);
      const called = () => {
        timers.push(timer);
        resolve(next() as never);
      };
      (timer as unknown as { _onTimeout: () => void })._onTimeout = called;
      timer.refresh();
    }),
];

function program(roll: () => number, depth: number): unknown {
  check();
  if (depth === 0) return undefined;
  const step = steps[Math.floor(roll() * steps.length)]!;
  const result = step(() => program(roll, depth - 1), roll);
  check();
  return result;
}

test('as AsyncLocalStorage, in random programs of which many run at the same time', options, async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const roll = () => random.next();
    const programs = Array.from({ length: 30 }, (_, each) =>
      each % 3 === 0 ? program(roll, 12) : run(roll(), () => program(roll, 12)),
    );
    await Promise.all(programs);
    check();
  }
  assert.ok(checks > 20_000, `${checks}`);
});

test('as AsyncLocalStorage, where more callbacks wait than the table holds', options, async () => {
  const waiting: Promise<unknown>[] = [];
  for (let each = 0; each < 5_000; each++) {
    run(each, () => {
      waiting.push(new Promise<void>((resolve) => setTimeout(resolve, each % 7)).then(check));
      process.nextTick(check);
      const resource = new AsyncResource('TEST');
      waiting.push(
        new Promise<void>((resolve) => setImmediate(resolve)).then(() => resource.runInAsyncScope(check)),
      );
    });
  }
  await Promise.all(waiting);
});

test('as AsyncLocalStorage, in a server and a client that keep their connections', options, async () => {
  const server = http.createServer((request, response) => {
    check();
    run(Number(request.url!.slice(1)), () => {
      request.on('end', check).resume();
      response.on('finish', check).on('close', check);
      setTimeout(() => {
        check();
        response.end('ok');
      }, 1);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  const ask = (path: number) =>
    new Promise<void>((resolve, reject) => {
      http
        .get({ port, agent, path: `/${path}` }, (response) => {
          check();
          response
            .on('data', check)
            .on('end', () => {
              check();
              resolve();
            })
            .on('close', check);
        })
        .on('socket', check)
        .on('error', reject);
    });
  for (let round = 0; round < 20; round++)
    await Promise.all(
      Array.from({ length: 8 }, (_, each) => (each % 2 ? ask(each) : run(each, () => ask(each)))),
    );
  agent.destroy();
  server.close();
  await once(server, 'close');
});

test('a failure inside keeps nothing', () => {
  assert.throws(() => run(1, () => new EventEmitter().emit('error', new TypeError('as is'))), /as is/);
  check();
  assert.equal(ours.getStore(), undefined);
});

test("Node's own is kept where it needs no hooks", () => {
  const own = new AsyncLocalStorage();
  assert.equal(createStorage() instanceof AsyncLocalStorage, !('kResourceStore' in own));
});

test('nothing is active after disable, and another run begins anew', async () => {
  const storage = hookedStorage<number>();
  let later: Promise<number | undefined> | undefined;
  storage.run(1, () => {
    later = new Promise((resolve) => setImmediate(() => resolve(storage.getStore())));
  });
  storage.disable();
  assert.equal(storage.getStore(), undefined);
  assert.equal(await later, undefined);
  assert.equal(
    await storage.run(2, async () => {
      await null;
      return storage.getStore();
    }),
    2,
  );
});
