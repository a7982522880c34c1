// The local viewer under load: whether it takes in spans over UDP as fast as they come, with one core, and how long each
// kind of search takes over all of them. Run from anywhere, after `npm run build`:
//   node bench/viewer.mjs --spans 1000000 --rate 110000 --rounds 9
//   --blind                doesn't wait where the viewer's socket is full (it can be seen on Linux only)
//   --dist other/dist      another build's viewer beside this one's, in the same run; --doc writes docs/viewer-performance.md
// Spans are encoded beforehand, as the agent does it: traces of ten spans of three services, a third of the tags' values
// in no other span. The viewer has a core of its own; CPU is its process's, by the system. A search is asked over HTTP;
// "first" is the first of its kind, "later" the median of the other rounds. JSON on stdout with --json.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { register } from 'tsx/cjs/api';
import { repository } from '../scripts/cache.mjs';
import { pinned, pinning, pinSelf } from './processes.mjs';

const require = createRequire(import.meta.url);
/** Of a trace id's first half, so that what is searched for is known. */
const ID = 'ab'.repeat(8);
const SPANS_OF_TRACE = 10;
/** Their spans of one service have room in a packet. */
const TRACES_OF_PACKET = 25;
/** Of the viewer's socket, where the kernel gives it the least: `net.core.rmem_max` of 4 MB, twice. */
const ROOM = 4e6;
/** The page's limit for what the eye takes as at once. */
const ALLOWED_MILLISECONDS = 50;

/** What is asked, and which part of the traces it finds. */
const SEARCHES = [
  ['everything', ''],
  ['a service', 'service=stock'],
  ['service and operation', 'service=shop operation="GET /orders/:id"'],
  ['a tag that many have', 'http.response.status_code=200'],
  ['a tag that few have', 'http.response.status_code=503'],
  ['a tag that one span has', 'url.path=/orders/4711'],
  ['the beginning of a value', 'url.path=/orders/47*'],
  ['a part of a value', 'url.path~RDERS/471'],
  ['a word anywhere', 'timeout'],
  ['a word that is nowhere', 'albatross'],
  ['durations', 'duration>900ms'],
  ['errors', 'error=true'],
  ['a number compared', 'order.items>=97'],
  ['OR and NOT', '(service=stock OR operation="SELECT *") NOT error=true duration>100ms'],
  ['traces with a service', 'trace.service=mail service=shop'],
  ['a trace id', `traceID=${ID}${'0'.repeat(12)}1267`],
  ['longest first', 'service=shop', 'sort=duration'],
  ['the last second', 'error=true', 'lookback=1s'],
];

if (process.argv[2] === 'viewer') await serve(process.argv[3]);
else await main();

async function serve(dist) {
  const { startViewer } = require(join(dist, 'viewer.js'));
  const none = { binaryPort: false, httpPort: false, otlpPort: false, samplingPort: false };
  const viewer = await startViewer({ ...none, queryPort: 0, compactPort: 0, maxBytes: 4 * 2 ** 30 });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const { spans, counters } = viewer;
    process.send({ cpu: (user + system) / 1e6, rss: process.memoryUsage.rss(), spans, counters });
  });
  process.send(viewer.addresses);
}

async function main() {
  const { values } = parseArgs({
    options: {
      spans: { type: 'string', default: '1000000' },
      rate: { type: 'string', default: '110000' },
      rounds: { type: 'string', default: '9' },
      blind: { type: 'boolean' },
      dist: { type: 'string' },
      doc: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  pinSelf();
  const packets = [...encodedPackets(Number(values.spans))];
  const dists = [join(repository, 'dist'), ...(values.dist === undefined ? [] : [resolve(values.dist)])];
  const subjects = [];
  for (const dist of dists) {
    process.stderr.write(`${dist}: taking in ${values.spans} spans\n`);
    const viewer = await startPinned(dist);
    subjects.push({ dist, viewer, intake: await takeIn(viewer, packets, Number(values.rate), values.blind) });
  }
  // In turns, so that what else the machine does meets both.
  const times = subjects.map(() => SEARCHES.map(() => []));
  for (let round = 0; round < Number(values.rounds); round++) {
    process.stderr.write(`searches, round ${round + 1}\n`);
    for (const [index, search] of SEARCHES.entries())
      for (const [at, { viewer }] of subjects.entries()) times[at][index].push(await ask(viewer, search));
  }
  const results = subjects.map(({ dist, viewer, intake }, at) => {
    viewer.child.kill();
    return { dist, intake, searches: SEARCHES.map((search, index) => timesOf(search, times[at][index])) };
  });
  const text = results.map(({ intake, searches }) => table(intake, searches)).join('\n');
  if (values.doc) writeFileSync(join(repository, 'docs/viewer-performance.md'), page(text));
  process.stdout.write(values.json ? `${JSON.stringify(results, null, 1)}\n` : text);
}

async function startPinned(dist) {
  const [command, args] = pinned(process.execPath, [fileURLToPath(import.meta.url), 'viewer', dist]);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [addresses] = await once(child, 'message');
  return { child, addresses };
}

async function state({ child }) {
  child.send('state');
  return (await once(child, 'message'))[0];
}

/** Sends at a steady rate, and looks what came. */
async function takeIn(viewer, packets, rate, blind) {
  const port = Number(viewer.addresses.compact.split(':').at(-1));
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const before = await state(viewer);
  const began = performance.now();
  let sent = 0;
  for (const { bytes, spans } of packets) {
    const due = (sent / rate) * 1e3 - (performance.now() - began);
    if (due > 1) await delay(due);
    // Where the viewer's core is busy with something else, its socket fills.
    while (!blind && queued(port) > ROOM) await delay(1);
    await new Promise((done) => socket.send(bytes, done));
    sent += spans;
  }
  const seconds = (performance.now() - began) / 1e3;
  let after = await state(viewer);
  for (let last = -1; after.spans !== last; ) {
    last = after.spans;
    await delay(300);
    after = await state(viewer);
  }
  socket.close();
  const cpu = after.cpu - before.cpu;
  // The kernel's count is read once a second.
  await delay(1100);
  const { counters } = await state(viewer);
  return {
    sent,
    rate: Math.round(sent / seconds),
    received: after.spans,
    kernelDropped: counters.kernelDropped,
    malformed: counters.malformed,
    core: cpu / seconds,
    perCore: Math.round(after.spans / cpu),
    bytesOfSpan: Math.round(counters.bytesReceived / counters.spansReceived),
    rss: after.rss,
  };
}

/** Bytes that wait in the viewer's socket. */
function queued(port) {
  if (process.platform !== 'linux') return 0;
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  const row = rows.find((columns) => columns[1]?.endsWith(local));
  return Number.parseInt(row?.[4].split(':')[1] ?? '0', 16);
}

async function ask({ addresses, child }, [, query, more = '']) {
  const before = (await state({ child })).cpu;
  const began = performance.now();
  const response = await fetch(`${addresses.query}/api/search?q=${encodeURIComponent(query)}&${more}`);
  const { total, took } = await response.json();
  const whole = performance.now() - began;
  return { total, took, whole, cpu: ((await state({ child })).cpu - before) * 1e3 };
}

function timesOf([name, query, more = ''], times) {
  const [first, ...later] = times;
  const middle = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? first.took;
  return {
    name,
    query: [query, more].filter(Boolean).join(' & '),
    total: first.total,
    first: first.took,
    median: middle(later.map(({ took }) => took)),
    least: Math.min(...times.map(({ took }) => took)),
    cpu: middle(times.map(({ cpu }) => cpu)),
  };
}

function table(intake, searches) {
  const { sent, rate, received, kernelDropped, malformed, core, perCore, bytesOfSpan, rss } = intake;
  const over = (column) => searches.filter((each) => each[column] > ALLOWED_MILLISECONDS).length;
  const lines = [
    `${sent} spans over UDP at ${rate} a second: ${received} stored, ${kernelDropped} packets dropped by the kernel, ${malformed} malformed.`,
    `The viewer used ${(core * 100).toFixed(0)} % of its core: ${perCore} spans for each second of CPU time. A span has ${bytesOfSpan} bytes; the process, ${Math.round(rss / 1e6)} MB.`,
    '',
    '| search | query | traces | first, ms | later, median ms | least ms | CPU, median ms |',
    '| --- | --- | --: | --: | --: | --: | --: |',
    ...searches.map(({ name, query, total, first, median, least, cpu }) => {
      const cells = [
        name,
        `\`${query || ' '}\``,
        total,
        ...[first, median, least, cpu].map((each) => each.toFixed(1)),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
    `Over ${ALLOWED_MILLISECONDS} ms by their median: ${over('median')} of ${searches.length}; of CPU time, asking included: ${over('cpu')}.`,
    '',
  ];
  return lines.join('\n');
}

function page(text) {
  const { model } = cpus()[0] ?? { model: 'unknown' };
  return `# How fast the viewer is\n\nMade by \`node bench/viewer.mjs --doc\`, on ${model.trim()}, ${cpus().length} cores, Node.js ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}; ${pinning}.\nTimes are the viewer's own, with the summary of what was found, and the machine was at other work too.\n\n${text}`;
}

/** Packets as three services' agents would send them, traces in the order in which they began. */
function* encodedPackets(all) {
  register();
  const { BatchPacket } = require('../src/send/encode/batch-packet.ts');
  const { encodeProcess } = require('../src/send/encode/process-encoder.ts');
  const services = ['shop', 'stock', 'mail'].map((name) => {
    const packet = new BatchPacket({ protocol: 'compact', envelope: 'message', maxBytes: 65_000 });
    const attributes = { 'service.name': name, 'host.name': 'bench', 'process.pid': 1 };
    packet.setProcess(encodeProcess('compact', attributes));
    return { packet, seqNo: 0 };
  });
  const stats = { fullQueueDroppedSpans: 0, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 };
  const begin = Date.now() - 60_000;
  for (let first = 1; first * SPANS_OF_TRACE <= all; first += TRACES_OF_PACKET) {
    const last = Math.min(first + TRACES_OF_PACKET, Math.floor(all / SPANS_OF_TRACE) + 1);
    for (let trace = first; trace < last; trace++)
      for (const [service, span] of spansOf(trace, begin + (trace * SPANS_OF_TRACE * 60_000) / all))
        if (!services[service].packet.append(span)) throw new Error('a packet is too small');
    for (const service of services) {
      const { packet } = service;
      if (packet.spanCount === 0) continue;
      yield { bytes: Buffer.from(packet.finish({ seqNo: ++service.seqNo, stats })), spans: packet.spanCount };
      packet.reset();
    }
  }
}

function spansOf(trace, begin) {
  const traceId = ID + trace.toString(16).padStart(16, '0');
  const made = [];
  const add = (service, name, kind, milliseconds, attributes, parent, failed = false) => {
    const number = made.length + 1;
    const spanId = (trace * 16 + number).toString(16).padStart(16, '0');
    const whole = Math.floor(begin);
    const start = [Math.floor(whole / 1000), (whole % 1000) * 1e6 + number * 1000];
    const event = { name: 'exception', time: start, attributes: { 'exception.message': 'connect timeout' } };
    const span = {
      name,
      kind,
      spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
      ...(parent !== undefined && { parentSpanContext: { traceId, spanId: parent, traceFlags: 1 } }),
      startTime: start,
      duration: [Math.floor(milliseconds / 1000), (milliseconds % 1000) * 1e6],
      ended: true,
      attributes,
      links: [],
      events: failed ? [event] : [],
      status: { code: failed ? 2 : 0 },
      resource: { attributes: {} },
      instrumentationScope: { name: 'tracing-agent', version: '1.0.0' },
    };
    made.push([service, span]);
    return spanId;
  };
  const failed = trace % 50 === 0;
  const http = (method, path, status) => ({
    'http.request.method': method,
    'url.path': path,
    'url.scheme': 'http',
    'server.address': 'localhost',
    'server.port': 8080,
    'http.response.status_code': status,
  });
  const sql = { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'server.address': 'db' };
  const select = { ...sql, 'db.query.text': 'SELECT id, name, price FROM articles WHERE id = $1' };
  const spread = (trace * 7919) % 1000;
  const route = { 'http.route': '/orders/:id', 'order.items': spread % 100 };
  const root = add(
    0,
    'GET /orders/:id',
    1,
    spread,
    { ...http('GET', `/orders/${trace}`, failed ? 503 : 200), ...route },
    undefined,
    failed,
  );
  add(0, 'GET', 2, spread * 0.01, { 'db.system.name': 'redis', 'db.query.text': `GET cart:${trace}` }, root);
  add(0, 'SELECT articles', 2, spread * 0.1, select, root);
  const call = add(0, 'GET', 2, spread * 0.5, http('GET', `/stock/${trace % 1000}`, 200), root);
  const stock = add(
    1,
    'GET /stock/:id',
    1,
    spread * 0.4,
    { ...http('GET', `/stock/${trace % 1000}`, 200), 'http.route': '/stock/:id' },
    call,
  );
  for (let index = 0; index < 4; index++) add(1, 'SELECT stock', 2, spread * 0.02, select, stock);
  // Every tenth order is mailed.
  const last = trace % 10 === 0 ? 2 : 1;
  add(
    last,
    'send',
    3,
    spread * 0.05,
    { 'messaging.system': 'rabbitmq', 'messaging.message.id': `m-${trace}` },
    stock,
  );
  return made;
}
