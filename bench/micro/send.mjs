// What a span costs on its way out, for spans of 1, 7, 30 and 128 attributes: CPU time, heap allocated, bytes sent.
// Ours (compact for UDP, binary for an HTTP body) beside @opentelemetry/exporter-jaeger's conversion and encoding and
// the OTLP protobuf exporter's serialisation, no network; then ours and exporter-jaeger's with it, over UDP to a socket
// of another process. All in one run, in turns, after a warm-up.
// Run from anywhere: node bench/micro/send.mjs [attributes …] (`7 30` measures those only)
// A table goes to stderr, the result as JSON to stdout; nothing is kept on disk.
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';

const require = createRequire(import.meta.url);

const COUNTS = [1, 7, 30, 128];
/** Spans in a round: a few packets' worth. */
const SPANS = 500;
/** CPU time of one turn of one candidate, in milliseconds: far above the clock's grain, well below a scheduler's. */
const TURN = 40;
/** The longest that a turn takes, in milliseconds: what is paced waits more than it works. */
const LONGEST_TURN = 100;
const TURNS = 25;
const WARM_UP_TURNS = 6;
/** A new space so large that nothing is collected between two readings of the heap. */
const NO_COLLECTION = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

const process_ = { 'service.name': 'shop', 'host.name': 'bench', 'process.pid': 4711 };
const trailer = {
  seqNo: 1,
  stats: { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 },
};

switch (process.argv[2]) {
  case '--receive':
    receive();
    break;
  case '--allocations':
    // Stays a listener, so that the channel keeps the process alive: a paced sender's timers don't.
    process.on('message', async ({ port, counts }) => {
      process.send(await measureAll(counts, port, allocations));
      process.disconnect();
    });
    break;
  default:
    await main(process.argv.slice(2).map(Number));
}

async function main(wanted) {
  const counts = wanted.length > 0 ? wanted : COUNTS;
  const receiver = fork(new URL(import.meta.url), ['--receive']);
  const [port] = await once(receiver, 'message');
  const costs = await measureAll(counts, port, cpuTimes);
  // Behind it, not beside it: the two would share the machine.
  const child = fork(new URL(import.meta.url), ['--allocations'], { execArgv: NO_COLLECTION });
  child.send({ port, counts });
  const [heap] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (!Array.isArray(heap)) throw new Error('the process that measures the heap ended early');
  receiver.disconnect();
  const results = costs.map((row, index) => ({ ...row, heapBytes: heap[index].heapBytes }));
  print(results);
  process.stdout.write(`${JSON.stringify({ node: process.version, results })}\n`);
}

async function measureAll(counts, port, measure) {
  const results = [];
  for (const count of counts) {
    const spans = createSpans(count);
    const candidates = await createCandidates(spans, port);
    for (const row of await measure(candidates)) results.push({ attributes: count, ...row });
    for (const { close } of candidates) await close?.();
  }
  return results;
}

/** CPU time of all threads, so that what a sender leaves to others counts as well. In nanoseconds a span. */
async function cpuTimes(candidates) {
  const costs = candidates.map(() => []);
  const rounds = candidates.map(() => 1);
  for (let turn = 0; turn < WARM_UP_TURNS + TURNS; turn++) {
    for (const [index, { round }] of candidates.entries()) {
      const times = rounds[index];
      const start = performance.now();
      const before = process.cpuUsage();
      for (let done = 0; done < times; done++) {
        const pending = round();
        if (pending !== undefined) await pending;
      }
      const { user, system } = process.cpuUsage(before);
      const elapsed = performance.now() - start;
      const share = Math.min((TURN * 1000) / (user + system + 1), LONGEST_TURN / elapsed);
      if (turn < WARM_UP_TURNS) rounds[index] = Math.max(1, Math.round(times * share));
      else costs[index].push(((user + system) * 1000) / (times * SPANS));
    }
  }
  return candidates.map(({ name, bytes }, index) => {
    const all = costs[index].sort((a, b) => a - b);
    return {
      name,
      medianNs: Math.round(all[all.length >> 1]),
      bestNs: Math.round(all[0]),
      wireBytes: bytes === undefined ? undefined : Math.round(bytes() / SPANS),
    };
  });
}

/** What the heap and the buffers outside it grow by in a round. The median: a collection would spoil single rounds. */
async function allocations(candidates) {
  const results = [];
  for (const { name, round } of candidates) {
    const growth = [];
    for (let turn = 0; turn < 30; turn++) {
      if (turn % 5 === 0) globalThis.gc();
      const before = process.memoryUsage();
      await round();
      const after = process.memoryUsage();
      growth.push(after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers);
    }
    const late = growth.slice(10).sort((a, b) => a - b);
    results.push({ name, heapBytes: Math.round(late[late.length >> 1] / SPANS) });
  }
  return results;
}

async function createCandidates(spans, port) {
  const sent = { host: '127.0.0.1', port };
  const { JaegerExporter: Ours } = await bundled();
  const { JaegerExporter: Theirs } = require('@opentelemetry/exporter-jaeger');
  return [
    ours('tracing-agent, compact', spans, await bundled(), 'compact', 'message', 65_000),
    ours('tracing-agent, binary body', spans, await bundled(), 'binary', 'bare', 2 ** 20),
    exporterJaeger(spans),
    otlp(spans),
    sender('tracing-agent, sent', new Ours(sent), spans),
    sender('exporter-jaeger, sent', new Theirs({ ...sent, maxPacketSize: 65_000 }), spans),
  ];
}

function ours(name, spans, { BatchPacket, encodeProcess }, protocol, envelope, maxBytes) {
  const packet = new BatchPacket({ protocol, envelope, maxBytes });
  packet.setProcess(encodeProcess(protocol, process_));
  let bytes = 0;
  const flush = () => {
    bytes += packet.finish(trailer).length;
    packet.reset();
  };
  const round = () => {
    bytes = 0;
    for (const span of spans) {
      if (packet.append(span)) continue;
      flush();
      packet.append(span);
    }
    flush();
  };
  return { name, round, bytes: () => bytes };
}

function exporterJaeger(spans) {
  const modules = join(require.resolve('@opentelemetry/exporter-jaeger'), '..');
  const { spanToThrift } = require(join(modules, 'transform.js'));
  const UDPSender = require('jaeger-client/dist/src/reporters/udp_sender').default;
  const sender = new UDPSender({ host: '127.0.0.1', port: 1, maxPacketSize: 65_000 });
  sender._client.close();
  let bytes = 0;
  sender._client.send = (_packet, _offset, length, _port, _host, done) => {
    bytes += length;
    done(null, length);
  };
  const tags = Object.entries(process_).map(([key, value]) => ({
    key,
    vType: 'STRING',
    vStr: String(value),
  }));
  sender.setProcess({ serviceName: 'shop', tags: sender._convertTags?.(tags) ?? [] });
  const ignore = () => {};
  const round = () => {
    bytes = 0;
    for (const span of spans) sender.append(spanToThrift(span), ignore);
    sender.flush(ignore);
  };
  return { name: 'exporter-jaeger', round, bytes: () => bytes };
}

function otlp(spans) {
  const { ProtobufTraceSerializer } = require('@opentelemetry/otlp-transformer');
  let bytes = 0;
  const round = () => {
    bytes = ProtobufTraceSerializer.serializeRequest(spans).length;
  };
  return { name: 'OTLP protobuf', round, bytes: () => bytes };
}

function sender(name, exporter, spans) {
  const round = () =>
    new Promise((resolve, reject) => {
      exporter.export(spans, ({ code, error }) =>
        code === 0 ? resolve() : reject(error ?? new Error('not sent')),
      );
    });
  return { name, round, close: () => exporter.shutdown() };
}

/**
 * Our source as users get it: tsx makes a getter of every import, which costs more than the encoding. A copy for each
 * candidate, since an application has one protocol, and V8 would optimise for two.
 */
async function bundled() {
  const { rolldown } = await import('rolldown');
  const source = fileURLToPath(new URL('../../src/', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'send-bench-'));
  const entry = 'virtual:send';
  const plugin = {
    name: 'entry',
    resolveId: (id) => (id === entry ? `\0${entry}` : null),
    load: (id) =>
      id === `\0${entry}`
        ? `export { BatchPacket } from ${JSON.stringify(join(source, 'send/encode/batch-packet.ts'))};
           export { encodeProcess } from ${JSON.stringify(join(source, 'send/encode/process-encoder.ts'))};
           export { JaegerExporter } from ${JSON.stringify(join(source, 'exporter.ts'))};`
        : null,
  };
  try {
    const bundle = await rolldown({ input: entry, platform: 'node', plugins: [plugin] });
    await bundle.write({ dir: folder, format: 'cjs', exports: 'named', entryFileNames: 'bundle.js' });
    await bundle.close();
    return require(join(folder, 'bundle.js'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the SDK makes them: traces of a server span and four children, with attributes like those of HTTP and SQL. */
function createSpans(count) {
  const spans = [];
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(process_),
    spanProcessors: [
      {
        onStart() {},
        onEnd: (span) => spans.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  });
  const tracer = provider.getTracer('tracing-agent/http', '0.1.0');
  let root;
  for (let index = 0; index < SPANS; index++) {
    const options = {
      kind: index % 5 === 0 ? SpanKind.SERVER : SpanKind.CLIENT,
      attributes: attributes(index, count),
    };
    if (index % 5 === 0) root = tracer.startSpan('GET /users/:id', options);
    const context = trace.setSpan(ROOT_CONTEXT, root);
    (index % 5 === 0 ? root : tracer.startSpan('GET', options, context)).end();
  }
  return spans;
}

/** Of seven: five texts, one of them different in each span, and two numbers. Further ones likewise, and booleans. */
function attributes(index, count) {
  const all = {
    'url.path': `/users/${index}`,
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'http.route': '/users/:id',
    'server.address': 'localhost',
    'server.port': 3000,
    'http.response.status_code': 200,
  };
  const values = [
    `value ${index}`,
    'a usual text',
    40 + index,
    'GET /a/somewhat/longer/text',
    index % 2 === 0,
  ];
  for (let more = 7; more < count; more++) all[`app.attribute.${more}`] = values[more % values.length];
  return Object.fromEntries(Object.entries(all).slice(0, count));
}

function receive() {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 8 << 20 });
  socket.on('message', () => {});
  socket.bind(0, '127.0.0.1', () => process.send(socket.address().port));
  process.on('disconnect', () => process.exit());
}

function print(results) {
  const columns = ['attributes', 'name', 'medianNs', 'bestNs', 'heapBytes', 'wireBytes'];
  const titles = ['attributes', '', 'ns/span, median', 'best', 'heap bytes/span', 'bytes/span sent'];
  const rows = results.map((row) => columns.map((column) => String(row[column] ?? '')));
  const widths = titles.map((title, index) =>
    Math.max(title.length, ...rows.map((row) => row[index].length)),
  );
  const line = (cells) =>
    cells
      .map((cell, index) => (index === 1 ? cell.padEnd(widths[index]) : cell.padStart(widths[index])))
      .join('  ');
  process.stderr.write(`${[titles, ...rows].map(line).join('\n')}\n`);
  for (const count of new Set(results.map((row) => row.attributes))) {
    const cost = (name) => results.find((row) => row.attributes === count && row.name === name).medianNs;
    const compact = cost('tracing-agent, compact');
    process.stderr.write(
      `${count} attributes: exporter-jaeger costs ${(cost('exporter-jaeger') / compact).toFixed(1)} times ` +
        `ours, OTLP protobuf ${(cost('OTLP protobuf') / compact).toFixed(1)} times\n`,
    );
  }
}
