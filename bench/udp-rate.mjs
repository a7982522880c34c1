// Which share of spans a real Jaeger receives, by rate and way: received + counted drops = ended. Made
// docs/decisions/004-udp-pace.md.
// Run from anywhere: node bench/udp-rate.mjs --seconds 60 --rates 30000 --ways udp,http
// udp is as the agent sends to a receiver on this machine: it looks how full its socket is (Linux). blind doesn't look,
// and keeps the pace of a receiver elsewhere; for it, and for udp, there are
//   --sizes 1300,65000 (bytes of a packet)  --paces 24 (MB/s; 0 is none)  --bursts 130 (kB)  --limits 1000 (packets/s)
// --tick 10: ms between two turns in which spans end
// Jaeger is the binary of `npm run jaeger`. A child process ends the spans; what arrives is counted by Jaeger's own
// metric, what the kernel dropped for want of room in Jaeger's socket by /proc/net/udp (Linux).
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { register } from 'tsx/cjs/api';

// The source is TypeScript.
register();
const require = createRequire(import.meta.url);

if (process.argv[2] === 'sender') process.once('message', (task) => void endSpans(task));
else await main();

function settings() {
  const words = (name, fallback) => {
    const index = process.argv.indexOf(`--${name}`);
    return (index < 0 ? fallback : process.argv[index + 1]).split(',');
  };
  const given = (name, fallback) => words(name, fallback).map(Number);
  return {
    seconds: given('seconds', '10')[0],
    tick: given('tick', '10')[0],
    ways: words('ways', 'udp,http'),
    rates: given('rates', '10000,20000,30000,60000'),
    sizes: given('sizes', '65000'),
    paces: given('paces', '24'),
    bursts: given('bursts', '130'),
    limits: given('limits', '1000000'),
  };
}

async function main() {
  const { seconds, tick, ways, rates, sizes, paces, bursts, limits } = settings();
  process.stdout.write(
    '| way | spans/s | packet | pace MB/s | burst kB | packets/s at most | ended | dropped, counted | received | unseen | packets the kernel dropped | CPU µs/span | RSS before, most (MB) | turn, longest (ms) |\n' +
      `|---|${'--:|'.repeat(13)}\n`,
  );
  for (const way of ways)
    for (const limit of limits)
      for (const pace of paces)
        for (const burst of bursts)
          for (const size of way === 'http' ? [0] : sizes)
            for (const rate of rates) {
              const jaeger = await startJaeger();
              const { port, collector } = jaeger;
              const task = { way, port, collector, seconds, tick, rate, size, pace, burst, limit };
              const { ended, sent, cpu, rss, most, turn, dropped } = await send(task);
              const received = await settled(jaeger.received);
              const lost = `${sent - received} = ${(((sent - received) / ended) * 100).toFixed(2)} %`;
              const paced = way === 'http' ? ['', '', '', ''] : [size, pace || 'none', burst, limit];
              const counted = `${ended - sent}${dropped === '' ? '' : ` (${dropped})`}`;
              const drops = way === 'http' ? '' : jaeger.drops();
              const cells = [
                way,
                rate,
                ...paced,
                ended,
                counted,
                received,
                lost,
                drops,
                cpu,
                `${rss}, ${most}`,
                turn,
              ];
              process.stdout.write(`| ${cells.join(' | ')} |\n`);
              await jaeger.stop();
            }
}

async function send(task) {
  const child = fork(new URL(import.meta.url), ['sender']);
  child.send(task);
  const [result] = await once(child, 'message');
  child.kill();
  return result;
}

/** The number once it has not changed for half a second. */
async function settled(read) {
  for (let last = -1; ; ) {
    const now = await read();
    if (now === last) return now;
    last = now;
    await delay(500);
  }
}

async function startJaeger() {
  const { jaegerBinary } = require('../test/support/jaeger-binary.ts');
  const folder = mkdtempSync(join(tmpdir(), 'udp-rate-'));
  const config = join(folder, 'config.yaml');
  const [port, http, metrics, health] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  writeFileSync(
    config,
    `
service:
  extensions: [jaeger_storage, healthcheckv2]
  pipelines:
    traces: { receivers: [jaeger], processors: [], exporters: [jaeger_storage_exporter] }
  telemetry:
    metrics:
      level: normal
      readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: ${metrics} } } } }]
    logs: { level: error }
extensions:
  jaeger_storage: { backends: { memory: { memory: { max_traces: 2000 } } } }
  healthcheckv2: { use_v2: true, http: { endpoint: '127.0.0.1:${health}' } }
receivers:
  jaeger:
    protocols:
      thrift_compact: { endpoint: '127.0.0.1:${port}' }
      thrift_http: { endpoint: '127.0.0.1:${http}' }
exporters:
  jaeger_storage_exporter: { trace_storage: memory }
`,
  );
  const child = spawn(jaegerBinary, ['--config', config], {
    env: { ...process.env, OTEL_TRACES_SAMPLER: 'always_off' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${health}/status`).catch(() => undefined);
    if (answer?.ok) break;
    await delay(50);
  }
  return {
    port,
    collector: `http://127.0.0.1:${http}/api/traces`,
    async received() {
      const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
      const lines = text.match(/^otelcol_receiver_accepted_spans\S* \S+$/gm) ?? [];
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    drops() {
      const hex = port.toString(16).toUpperCase().padStart(4, '0');
      const line = readFileSync('/proc/net/udp', 'utf8')
        .split('\n')
        .find((each) => each.includes(`:${hex} `));
      return line?.trim().split(/\s+/).at(-1);
    },
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}

/** In the child: usual spans of 7 attributes, as many in each turn as are due by then. */
async function endSpans({ way, port, collector, seconds, tick, rate, size, pace, burst, limit }) {
  const { SpanBatcher } = require('../src/send/batch/span-batcher.ts');
  const { BatchSpanProcessor } = require('../src/send/batch/batch-span-processor.ts');
  const { UdpTransport } = require('../src/send/transport/udp-transport.ts');
  const { HttpTransport } = require('../src/send/transport/http-transport.ts');
  const { encodeProcess } = require('../src/send/process-tags.ts');
  const { createCounters } = require('../src/diagnostics/counters.ts');
  const { ROOT_CONTEXT, trace } = require('@opentelemetry/api');
  const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
  const { resourceFromAttributes } = require('@opentelemetry/resources');
  const counters = createCounters();
  const udp = () => ({
    host: '127.0.0.1',
    port,
    protocol: 'compact',
    maxBytes: 65_000,
    fullBytes: size,
    maxMessagesPerSecond: limit,
    counters,
    ...(way === 'blind' ? { receiverTables: [] } : {}),
    ...(pace > 0
      ? { bytesPerSecond: pace * 1e6, burstBytes: burst * 1e3 }
      : { bytesPerSecond: 1e12, burstBytes: 1e12 }),
  });
  const transport =
    way === 'http'
      ? new HttpTransport({ url: collector, timeout: 10_000, maxBytes: 2 ** 20, counters })
      : new UdpTransport(udp(), (spans) => batcher.refused(spans));
  const batcher = new SpanBatcher({
    transport,
    counters,
    encodeProcess: (resource) => encodeProcess(resource, transport.protocol),
    maxBatchSize: 512,
    maxQueueSize: 8192,
    maxQueueBytes: 32 * 1024 * 1024,
  });
  const processor = new BatchSpanProcessor(batcher, transport, {
    scheduleDelay: 1000,
    exportTimeout: 30_000,
  });
  const tracer = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [processor],
  }).getTracer('bench', '1.0.0');
  const before = process.cpuUsage();
  const start = performance.now();
  const all = rate * seconds;
  let parent = ROOT_CONTEXT;
  const rss = process.memoryUsage.rss();
  let most = rss;
  // What others wait for where this process is late: without what ending the spans themselves takes.
  let turn = 0;
  for (let ended = 0; ended < all; ) {
    const asleep = performance.now();
    await delay(tick);
    turn = Math.max(turn, performance.now() - asleep - tick);
    most = Math.max(most, process.memoryUsage.rss());
    const due = Math.min(all, Math.floor(((performance.now() - start) / 1e3) * rate));
    for (; ended < due; ended++) {
      const attributes = {
        'http.request.method': 'GET',
        'url.path': `/users/${ended}`,
        'url.scheme': 'http',
        'http.route': '/users/:id',
        'server.address': 'localhost',
        'server.port': 3000,
        'http.response.status_code': 200,
      };
      const span = tracer.startSpan('GET /users/:id', { kind: 1, attributes }, parent);
      // Traces of ten spans.
      if (ended % 10 === 0) parent = trace.setSpan(ROOT_CONTEXT, span);
      if (ended % 10 === 9) parent = ROOT_CONTEXT;
      span.end();
    }
  }
  await processor.forceFlush();
  const { user, system } = process.cpuUsage(before);
  const dropped = Object.entries(counters).filter(([name, value]) => name.startsWith('dropped') && value > 0);
  process.send({
    ended: counters.ended,
    sent: counters.sent,
    cpu: ((user + system) / all).toFixed(1),
    rss: (rss / 1e6).toFixed(0),
    most: (most / 1e6).toFixed(0),
    turn: turn.toFixed(0),
    dropped: dropped.map(([name, value]) => `${name} ${value}`).join(', '),
  });
}
