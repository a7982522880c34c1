/**
 * Guards failover: spans that a dead destination did not take reach the next, each once, and go back afterwards.
 */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { resolveConfig } from '../../../../src/config/resolve';
import { type Counters, createCounters } from '../../../../src/diagnostics/counters';
import { setLogWriter } from '../../../../src/diagnostics/log';
import { createSenders } from '../../../../src/send/create-senders';
import { FailoverSender } from '../../../../src/send/failover/failover-sender';
import type { Sender } from '../../../../src/send/sender';
import { type CollectorStub, startCollectorStub } from '../../../support/collector-stub';
import { readBatch, readEmitBatch } from '../../../support/read-batch';

setLogWriter(() => {});
let stub: CollectorStub;
let counters: Counters;
let sender: Sender;
let sockets: Socket[];
beforeEach(async () => {
  stub = await startCollectorStub(202);
  counters = createCounters();
  sockets = [];
});
afterEach(async () => {
  await sender.shutdown();
  await stub.close();
  for (const socket of sockets) socket.close();
});

/** The agent's port and the collector as fallback, as tracing.ts joins them. */
function start(port: number, fallback = [`${stub.url}/api/traces`]): BasicTracerProvider {
  const { config } = resolveConfig({
    code: {
      agentHost: '127.0.0.1',
      agentPort: port,
      exporterFallback: fallback,
      timeoutMillis: 1_000,
      scheduleDelayMillis: 5,
      exportTimeoutMillis: 5_000,
    },
  });
  sender = createSenders(config, counters);
  return new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'failing-over' }),
    spanProcessors: [sender],
  });
}

async function agent(port = 0): Promise<{ port: number; names: string[]; socket: Socket }> {
  const socket = createSocket('udp4');
  const names: string[] = [];
  socket.on('message', (packet) =>
    names.push(...readEmitBatch(packet).spans.map((span) => span.operationName)),
  );
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, names, socket };
}

const collected = () =>
  stub.posts.flatMap(({ body }) => readBatch(body).spans.map((span) => span.operationName));

function end(provider: BasicTracerProvider, from: number, to: number): void {
  const tracer = provider.getTracer('t');
  for (let index = from; index < to; index++) tracer.startSpan(`s${index}`).end();
}

const names = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `s${from + index}`);
const byNumber = (list: string[]) => list.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));

test('every span of several packets that a closed port refused reaches the collector once, and is counted once', async () => {
  const dead = await agent();
  dead.socket.close();
  const provider = start(dead.port);
  end(provider, 0, 2_000);
  await sender.forceFlush();
  assert.deepEqual(byNumber(collected()), names(0, 2_000));
  const { ended, sent, droppedRefused } = counters;
  assert.deepEqual([ended, sent, droppedRefused], [2_000, 2_000, 0]);
});

test('spans go back to the agent when it listens again', async () => {
  const first = await agent();
  first.socket.close();
  const provider = start(first.port);
  end(provider, 0, 3);
  await sender.forceFlush();
  assert.deepEqual(byNumber(collected()), names(0, 3));
  const back = await agent(first.port);
  sockets.push(back.socket);
  let next = 3;
  for (const deadline = Date.now() + 10_000; back.names.length === 0 && Date.now() < deadline; next++) {
    end(provider, next, next + 1);
    await sender.forceFlush();
    await delay(20);
  }
  assert.ok(back.names.length > 0, 'nothing went back');
  assert.deepEqual(byNumber([...collected(), ...back.names]), names(0, next));
  assert.deepEqual([counters.ended, counters.sent], [next, next]);
});

test('an agent that answers is asked for everything, and the collector for nothing', async () => {
  const { port, names: received, socket } = await agent();
  sockets.push(socket);
  const provider = start(port);
  end(provider, 0, 50);
  await sender.forceFlush();
  assert.deepEqual(byNumber(received), names(0, 50));
  assert.deepEqual([stub.posts.length, counters.sent], [0, 50]);
});

test('what no destination takes is lost once, with its cause', async () => {
  stub.status = 400;
  const dead = await agent();
  dead.socket.close();
  const provider = start(dead.port);
  end(provider, 0, 7);
  await sender.forceFlush();
  const { ended, sent, droppedRefused, droppedRejected } = counters;
  assert.deepEqual([ended, sent, droppedRefused, droppedRejected], [7, 0, 0, 7]);
});

test('a probe that fails inside is not the last one', async (t) => {
  let probes = 0;
  let passOn: (spans: any[]) => boolean = () => false;
  const quiet: any = { onEnd() {}, forceFlush: async () => {}, shutdown: async () => {}, flushNow() {} };
  sender = new FailoverSender({
    exportTimeout: 1_000,
    destinations: [
      (failing) => {
        passOn = failing.passOn;
        return {
          name: 'first',
          sender: quiet,
          probe(done) {
            if (++probes === 1) throw new Error('broken');
            done(true);
          },
        };
      },
      () => ({ name: 'second', sender: quiet, probe() {} }),
    ],
  });
  const { active } = sender as FailoverSender;
  assert.equal(active, 'first');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  assert.equal(passOn([{}]), true);
  assert.equal((sender as FailoverSender).active, 'second');
  for (let i = 0; i < 10; i++) t.mock.timers.tick(1_000);
  assert.deepEqual([probes, (sender as FailoverSender).active], [2, 'first']);
  t.mock.timers.reset();
});
