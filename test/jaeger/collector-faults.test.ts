/**
 * A collector that fails in every way, one after the other, while an application serves requests: the application
 * doesn't notice, and with a spool every span arrives that the collector didn't refuse for good.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readBatch } from '../support/read-batch';
import { startService } from '../support/service-process';
import { runApp } from '../support/trace-app';

const fixture = join(__dirname, 'collector-faults-app.cjs');
const PER_SECOND = 200;
const PHASE = 1_500;

type Fault = (request: IncomingMessage, response: ServerResponse, spans: () => Promise<string[]>) => unknown;

/** Counts spans by their ids as they are accepted, and as they are refused for good. */
class Collector {
  readonly accepted: string[] = [];
  readonly refused: string[] = [];
  fault: Fault | undefined;
  #server: Server | undefined;
  #port = 0;
  #waiting: (() => void)[] = [];

  get url(): string {
    return `http://127.0.0.1:${this.#port}/api/traces`;
  }

  async open(): Promise<void> {
    this.#server = createServer((request, response) => {
      const spans = () => idsOf(request);
      if (this.fault !== undefined) this.fault(request, response, spans);
      else void this.accept(response, spans);
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server!.close(), 'close');
    this.#server!.closeAllConnections();
    await closed;
  }

  async accept(response: ServerResponse, spans: () => Promise<string[]>): Promise<void> {
    this.accepted.push(...(await spans()));
    response.writeHead(202).end();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves once so many were accepted; rejects after `timeout` ms. */
  async until(count: number, timeout: number): Promise<void> {
    const timer = AbortSignal.timeout(timeout);
    while (this.accepted.length < count) {
      if (timer.aborted) throw new Error(`${this.accepted.length} of ${count} spans after ${timeout} ms`);
      await Promise.race([new Promise<void>((resolve) => this.#waiting.push(resolve)), delay(200)]);
    }
  }
}

const collector = async (t: TestContext): Promise<Collector> => {
  const made = new Collector();
  await made.open();
  t.after(() => made.close());
  return made;
};

const folder = (t: TestContext): string => {
  const directory = mkdtempSync(join(tmpdir(), 'collector-faults-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

test('refusing, hanging, 503, 429, 401, breaking off, slow: no request fails, and every span arrives that was not refused for good', async (t) => {
  const jaeger = await collector(t);
  const directory = folder(t);
  const service = await startService(fixture, {
    env: {
      TRACING_AGENT_ENDPOINT: jaeger.url,
      TRACING_AGENT_SPOOL_DIR: directory,
      TRACING_AGENT_TIMEOUT_MILLIS: '1000',
      TRACING_AGENT_SCHEDULE_DELAY_MILLIS: '100',
      // Less than an outage brings, so that it is the spool that keeps them.
      TRACING_AGENT_MAX_QUEUE_SIZE: '200',
      TRACING_AGENT_MAX_EXPORT_BATCH_SIZE: '50',
    },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  t.after(() => agent.destroy());
  let made = 0;
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) => {
      made++;
      get({ port: service.port, host: '127.0.0.1', path, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
  const begun = Date.now();
  const answers: Promise<string>[] = [];
  const load = setInterval(() => {
    // Late timers are made up for.
    while (answers.length < ((Date.now() - begun) / 1000) * PER_SECOND) answers.push(ask('/'));
  }, 5);
  t.after(() => clearInterval(load));

  const faults: Record<string, Fault> = {
    hangs() {},
    'answers 503': (request, response) => request.resume().on('end', () => response.writeHead(503).end()),
    'answers 429': (request, response) =>
      request.resume().on('end', () => response.writeHead(429, { 'retry-after': '1' }).end()),
    'answers 401': async (_, response, spans) => {
      jaeger.refused.push(...(await spans()));
      response.writeHead(401).end();
    },
    'breaks off': (request) => request.once('data', () => (request.socket as Socket).resetAndDestroy()),
    'is slow': (_, response, spans) => setTimeout(() => jaeger.accept(response, spans), 600),
  };
  await jaeger.until(PER_SECOND / 2, 10_000);
  const before = Number(await ask('/memory'));
  const recover = async (name: string): Promise<void> => {
    const at = Date.now();
    await jaeger.until(jaeger.accepted.length + 1, 5_000).catch((error) => {
      throw new Error(`not sending again after it ${name}: ${error.message}`);
    });
    t.diagnostic(`sending again ${Date.now() - at} ms after it ${name}`);
  };
  await jaeger.close();
  await delay(PHASE);
  await jaeger.open();
  await recover('was closed');
  for (const [name, fault] of Object.entries(faults)) {
    jaeger.fault = fault;
    await delay(PHASE);
    jaeger.fault = undefined;
    await recover(name);
  }
  clearInterval(load);
  const texts = await Promise.all(answers);
  const growth = (Number(await ask('/memory')) - before) / 2 ** 20;
  assert.deepEqual([...new Set(texts)], ['ok']);
  const seconds = (Date.now() - begun) / 1000;
  await jaeger.until(made - new Set(jaeger.refused).size, 10_000);

  assert.equal(new Set(jaeger.accepted).size, jaeger.accepted.length, 'no span was accepted twice');
  assert.equal(jaeger.accepted.length, made - new Set(jaeger.refused).size);
  assert.ok(jaeger.refused.length > 0 && jaeger.refused.length < made / 2, String(jaeger.refused.length));
  t.diagnostic(
    `${made} requests in ${seconds} s, ${jaeger.refused.length} refused; RSS +${growth.toFixed(1)} MiB`,
  );
  assert.ok(growth <= 30, `RSS grew by ${growth} MiB`);
  const { stderr, code, signal } = await service.stop();
  const said = stderr.split('\n').filter((line) => line !== '');
  assert.ok(said.length > 0 && said.length <= seconds / 10 + 1, stderr);
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
  assert.deepEqual(readdirSync(directory), []);
});

test('what a process could not send when it ended is sent by the next one', async (t) => {
  const jaeger = await collector(t);
  const directory = folder(t);
  const env = {
    TRACING_AGENT_ENDPOINT: jaeger.url,
    TRACING_AGENT_SPOOL_DIR: directory,
    TRACING_AGENT_SCHEDULE_DELAY_MILLIS: '50',
  };
  await jaeger.close();
  const first = await runApp(fixture, { env, args: ['100'] });
  assert.equal(first.code, 0, first.stderr);
  assert.equal(jaeger.accepted.length, 0);
  await jaeger.open();
  const service = await startService(fixture, { env });
  await fetch(`http://127.0.0.1:${service.port}/`);
  // A server and a client span of each request.
  await jaeger.until(1 + 200, 10_000);
  await service.stop();
  assert.equal(new Set(jaeger.accepted).size, 201);
  assert.equal(jaeger.accepted.length, 201);
  assert.deepEqual(readdirSync(directory), []);
});

async function idsOf(request: IncomingMessage): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return readBatch(Buffer.concat(chunks)).spans.map(({ spanId }) => spanId);
}
