// Which share of spans sent over UDP a real Jaeger receives, by rate, packet size and pace. Made docs/decisions/004.
// Run from the repository: npx tsx bench/udp-rate.mjs --seconds 10 --rates 10000,20000,30000,60000 --sizes 1300,16000
//   --paces 32 (MB/s; 0 is none)  --bursts 96 (kB)  --tick 10 (ms between two turns in which spans end)
//   --limits 1000 (packets/s)
// Jaeger is the binary of `npm run jaeger`. A child process ends the spans; what arrives is counted by Jaeger's own
// metric, what the kernel dropped for want of room in Jaeger's socket by /proc/net/udp (Linux).
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

if (process.argv[2] === 'sender') process.once('message', (task) => void endSpans(task));
else await main();

function settings() {
  const given = (name, fallback) => {
    const index = process.argv.indexOf(`--${name}`);
    return (index < 0 ? fallback : process.argv[index + 1]).split(',').map(Number);
  };
  return {
    seconds: given('seconds', '10')[0],
    tick: given('tick', '10')[0],
    rates: given('rates', '10000,20000,30000,60000'),
    sizes: given('sizes', '1300,8000,16000,32000,65000'),
    paces: given('paces', '32'),
    bursts: given('bursts', '96'),
    limits: given('limits', '1000000'),
  };
}

async function main() {
  const { seconds, tick, rates, sizes, paces, bursts, limits } = settings();
  process.stdout.write(
    '| spans/s | packet | pace MB/s | burst kB | packets/s at most | spans ended | dropped, counted | received | lost unseen | packets the kernel dropped | sender CPU µs/span |\n' +
      `|${'--:|'.repeat(11)}\n`,
  );
  for (const limit of limits)
    for (const pace of paces)
      for (const burst of bursts)
        for (const size of sizes)
          for (const rate of rates) {
            const jaeger = await startJaeger();
            const task = { port: jaeger.port, seconds, tick, rate, size, pace, burst, limit };
            const { ended, sent, cpu } = await send(task);
            const received = await settled(jaeger.received);
            const lost = (((sent - received) / ended) * 100).toFixed(2);
            const cells = [rate, size, pace || 'none', burst, limit, ended, ended - sent, received];
            process.stdout.write(`| ${[...cells, `${lost} %`, jaeger.drops(), cpu].join(' | ')} |\n`);
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
  const { jaegerBinary } = await import('../test/support/jaeger-binary.ts');
  const folder = mkdtempSync(join(tmpdir(), 'udp-rate-'));
  const config = join(folder, 'config.yaml');
  const [port, metrics, health] = await Promise.all([freePort(), freePort(), freePort()]);
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
  jaeger: { protocols: { thrift_compact: { endpoint: '127.0.0.1:${port}' } } }
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
async function endSpans({ port, seconds, tick, rate, size, pace, burst, limit }) {
  const { SpanBatcher } = await import('../src/send/batch/span-batcher.ts');
  const { BatchSpanProcessor } = await import('../src/send/batch/batch-span-processor.ts');
  const { UdpTransport } = await import('../src/send/transport/udp-transport.ts');
  const { encodeProcess } = await import('../src/send/process-tags.ts');
  const { createCounters } = await import('../src/diagnostics/counters.ts');
  const { ROOT_CONTEXT, trace } = await import('@opentelemetry/api');
  const { BasicTracerProvider } = await import('@opentelemetry/sdk-trace-base');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const counters = createCounters();
  const transport = new UdpTransport(
    {
      host: '127.0.0.1',
      port,
      protocol: 'compact',
      maxBytes: 65_000,
      fullBytes: size,
      maxMessagesPerSecond: limit,
      ...(pace > 0
        ? { bytesPerSecond: pace * 1e6, burstBytes: burst * 1e3 }
        : { bytesPerSecond: 1e12, burstBytes: 1e12 }),
    },
    (spans) => batcher.refused(spans),
  );
  const batcher = new SpanBatcher({
    transport,
    counters,
    encodeProcess: (resource) => encodeProcess(resource, 'compact'),
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
  for (let ended = 0; ended < all; await delay(tick)) {
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
  process.send({ ended: counters.ended, sent: counters.sent, cpu: ((user + system) / all).toFixed(1) });
}
