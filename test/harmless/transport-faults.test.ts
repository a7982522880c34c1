/**
 * Collectors and a sampling server that fail in every way, and failures injected into what the transports call, by a
 * seeded plan: over HTTP, OTLP, the spool's files and remote sampling. The application writes and ends as it does bare,
 * and every span is counted as sent or lost.
 *
 * `node scripts/faults.mjs` takes other seeds, for as long as it is told.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { accountedFor, addInjected, FIRST_SEED, type Report, runFailing } from '../support/failing-app';
import { Random } from '../support/span-population';

const ROUNDS = '20';
/** Of the calls from the agent that fail; those of the collector fail at any rate. */
const SHARES = [0.05, 0.3, 0.7];
/** What transports call: a span that never begins tries none of them. */
const BORDERS = '^(http|ClientRequest#end|IncomingMessage|net|dgram|dns|fs|zlib|set|clear)';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (request, response) =>
    request.resume().on('end', () => response.writeHead(code, headers).end());
const socketOf = (request: IncomingMessage): Socket => request.socket as Socket;

/** Everything that a collector can do but take spans. */
const WRONG: Record<string, Answer> = {
  'answers 503': status(503),
  'answers 429': status(429, { 'retry-after': '1' }),
  'answers 429 until a far day': status(429, { 'retry-after': '99999999999999999999' }),
  'answers 401': status(401),
  'answers 404': status(404),
  'redirects to itself': status(302, { location: '/' }),
  'resets before it reads': (request) => socketOf(request).resetAndDestroy(),
  'resets in the midst of the body': (request) =>
    request.once('data', () => socketOf(request).resetAndDestroy()),
  'closes without an answer': (request) => request.resume().on('end', () => socketOf(request).end()),
  'resets in the midst of its answer': (request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('half');
    setImmediate(() => socketOf(request).resetAndDestroy());
  },
  'answers half': (request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('half');
    setImmediate(() => socketOf(request).end());
  },
  'answers much': (request, response) => {
    request.resume();
    const block = Buffer.alloc(64 * 1024, 'x');
    response.writeHead(200, { 'content-type': 'application/json' });
    for (let sent = 0; sent < 64; sent++) response.write(block);
    response.end();
  },
  'answers garbage for HTTP': (request) => socketOf(request).end('\x00\xff HTTP/9 no\r\n\r\n'),
  'answers garbage in its body': (request, response) =>
    request.resume().on('end', () => response.end('{"strategyType":{"__proto__":[1e999')),
  'answers with garbage in headers': (request) =>
    socketOf(request).end(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`),
};

interface Wrong {
  readonly url: string;
  /** How often it did something else than take what came. */
  readonly done: Record<string, number>;
}

/** A server that answers by the seed: one of three requests well. */
async function wrongServer(t: TestContext, seed: number, right: Answer): Promise<Wrong> {
  const random = new Random(seed);
  const done: Record<string, number> = {};
  const names = Object.keys(WRONG);
  let turn = seed * 5;
  const server: Server = createServer((request, response) => {
    request.on('error', () => {});
    response.on('error', () => {});
    if (random.next() < 1 / 3) {
      right(request, response);
      return;
    }
    // One after the other, so that few requests meet many failures.
    const name = names[turn++ % names.length]!;
    done[name] = (done[name] ?? 0) + 1;
    WRONG[name]!(request, response);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, done };
}

function folder(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'transport-faults-'));
  t.after(() => {
    chmodSync(directory, 0o700);
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

function run(seed: number, share: number, env: Record<string, string>): Promise<Report> {
  return runFailing({
    fixture: join(__dirname, 'transport-faults-app.cjs'),
    args: [ROUNDS],
    env: {
      TRACING_AGENT_SCHEDULE_DELAY_MILLIS: '10',
      TRACING_AGENT_MAX_EXPORT_BATCH_SIZE: '4',
      TRACING_AGENT_TIMEOUT_MILLIS: '1000',
      ...env,
    },
    seed,
    share,
    forgive: true,
    borders: BORDERS,
  });
}

/** One run for each share, each with its seed. @returns how much failed */
async function runAll(
  t: TestContext,
  made: (seed: number) => Promise<{ env: Record<string, string>; wrong?: Wrong }>,
  check: (report: Report, seed: number) => void = assertBalance,
): Promise<void> {
  const injected: Record<string, number> = {};
  const answers: Record<string, number> = {};
  let total = 0;
  for (const [index, share] of SHARES.entries()) {
    const seed = FIRST_SEED + index;
    const { env, wrong } = await made(seed);
    const report = await run(seed, share, env);
    check(report, seed);
    total += addInjected(injected, report.injected) + addInjected(answers, wrong?.done ?? {});
  }
  t.diagnostic(
    `${total} failures from seed ${FIRST_SEED} on: ${JSON.stringify({ ...answers, ...injected })}`,
  );
  assert.ok(total >= 10, `only ${total} failures`);
}

function assertBalance({ health }: Report, seed: number): void {
  assert.ok(health.ended > 0 || health.faults > 0, `seed ${seed}`);
  assert.equal(accountedFor(health), health.ended, `seed ${seed}: ${JSON.stringify(health)}`);
}

/** Copies that went to files at the end are neither sent nor lost; what a file gave and the collector refused is both. */
function assertBounded({ health }: Report, seed: number): void {
  const known = accountedFor(health);
  assert.ok(
    known <= health.ended + health.spooled,
    `seed ${seed}: ${known} of ${health.ended}: ${JSON.stringify(health)}`,
  );
  assert.ok(known + health.spooled >= health.ended, `seed ${seed}: ${JSON.stringify(health)}`);
}

test('HTTP: a collector that fails, and calls that fail', (t) =>
  runAll(t, async (seed) => {
    const wrong = await wrongServer(t, seed, status(202));
    return { env: { TRACING_AGENT_ENDPOINT: `${wrong.url}/api/traces` }, wrong };
  }));

test('HTTP, compressed, to a port where nobody listens', (t) =>
  runAll(t, async () => ({
    env: { TRACING_AGENT_ENDPOINT: 'http://127.0.0.1:9/api/traces', TRACING_AGENT_COMPRESSION: 'gzip' },
  })));

test('OTLP: a collector that fails, and calls that fail', (t) =>
  runAll(t, async (seed) => {
    const wrong = await wrongServer(t, seed, status(200));
    return {
      env: { TRACING_AGENT_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${wrong.url}/v1/traces` },
      wrong,
    };
  }));

test('spool: a collector that fails, and files that fail', (t) =>
  runAll(
    t,
    async (seed) => {
      const wrong = await wrongServer(t, seed, status(202));
      return {
        env: {
          TRACING_AGENT_ENDPOINT: `${wrong.url}/api/traces`,
          TRACING_AGENT_SPOOL_DIR: folder(t),
          TRACING_AGENT_MAX_QUEUE_SIZE: '20',
        },
        wrong,
      };
    },
    assertBounded,
  ));

test('spool: a folder that is a file, or may not be written to', async (t) => {
  const file = join(folder(t), 'file');
  writeFileSync(file, '');
  const closed = folder(t);
  chmodSync(closed, 0o500);
  for (const directory of [file, join(file, 'below'), closed, '/proc/tracing-agent']) {
    const report = await run(FIRST_SEED, 0, {
      TRACING_AGENT_ENDPOINT: 'http://127.0.0.1:9/api/traces',
      TRACING_AGENT_SPOOL_DIR: directory,
    });
    assertBounded(report, FIRST_SEED);
  }
});

test('remote sampling: a server that fails, and calls that fail', (t) =>
  runAll(t, async (seed) => {
    const wrong = await wrongServer(t, seed, (_request, response) =>
      response.end('{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}}'),
    );
    return {
      env: {
        TRACING_AGENT_AGENT_HOST: '127.0.0.1',
        TRACING_AGENT_AGENT_PORT: '9',
        TRACING_AGENT_SAMPLER: 'remote',
        TRACING_AGENT_SAMPLER_ARGUMENT: '1',
        TRACING_AGENT_SAMPLING_ENDPOINT: `${wrong.url}/sampling`,
        TRACING_AGENT_SAMPLING_REFRESH_INTERVAL_MILLIS: '10',
      },
      wrong,
    };
  }));

test('a collector that never answers holds the process no longer than the setting says', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const both: Record<string, string>[] = [
      { TRACING_AGENT_ENDPOINT: `${url}/api/traces` },
      { TRACING_AGENT_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces` },
    ];
    for (const env of both) {
      const { health } = await run(FIRST_SEED, 0, { ...env, TRACING_AGENT_TIMEOUT_MILLIS: '60000' });
      assert.equal(accountedFor(health), health.ended, JSON.stringify(health));
      assert.ok(health.unanswered > 0, JSON.stringify(health));
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
