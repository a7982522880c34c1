// In place of Jaeger, an OTLP collector and Datadog's agent: takes what is sent, and counts the spans when asked, so
// that counting costs nothing while load runs. A process of its own, started with fork() by run.mjs.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { register } from 'tsx/cjs/api';

// The source is TypeScript.
register();
const require = createRequire(import.meta.url);
const { decodeEmitBatch } = require('../src/thrift/batch-decoder.ts');

/** One of protobuf's length-delimited fields in a message: `[start, end)` of each. */
function* fields(bytes, wanted, from, to) {
  for (let at = from; at < to; ) {
    const key = varint();
    const kind = key & 7;
    let length = { 0: 0, 1: 8, 5: 4 }[kind];
    if (kind === 0) varint();
    else if (kind === 2) length = varint();
    if (length === undefined || at + length > to) throw new Error('no protobuf message');
    if (kind === 2 && key >> 3 === wanted) yield [at, at + length];
    at += length;

    function varint() {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    }
  }
}

/** ExportTraceServiceRequest.resource_spans.scope_spans.spans */
function countOtlp(bytes) {
  let count = 0;
  for (const [a, b] of fields(bytes, 1, 0, bytes.length))
    for (const [c, d] of fields(bytes, 2, a, b)) for (const _ of fields(bytes, 2, c, d)) count++;
  return count;
}

/** Datadog's v0.4: an array of traces, each an array of spans. */
async function countDatadog(bytes) {
  const { decode } = await import('@msgpack/msgpack');
  return decode(bytes).reduce((sum, trace) => sum + trace.length, 0);
}

const count = {
  jaeger: (bytes) => decodeEmitBatch(bytes).spans.length,
  otlp: countOtlp,
  datadog: countDatadog,
};

/** One subject's: its own addresses, so that nothing is mistaken for another's. */
async function open(name) {
  const waiting = [];
  let spans = 0;
  let bytes = 0;
  const keep = (kind, body) => {
    bytes += body.length;
    waiting.push([kind, body]);
  };
  const udp = createSocket({ type: 'udp4' });
  udp.on('message', (packet) => keep('jaeger', packet));
  udp.bind(0, '127.0.0.1');
  const http = createServer(async (request, response) => {
    // One that ends halfway, as the subject's process did, didn't arrive.
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    if (request.url === '/v1/traces') keep('otlp', plain);
    if (request.url === '/v0.4/traces') keep('datadog', plain);
    const json = request.url.startsWith('/v0.');
    response.setHeader('content-type', json ? 'application/json' : 'application/x-protobuf');
    response.end(json ? '{"rate_by_service":{}}' : '');
  });
  http.keepAliveTimeout = 120_000;
  http.listen(0, '127.0.0.1');
  await Promise.all([once(udp, 'listening'), once(http, 'listening')]);
  return {
    name,
    ports: { jaeger: udp.address().port, http: http.address().port },
    async read() {
      for (const [kind, body] of waiting.splice(0)) spans += await count[kind](body);
      return { spans, bytes };
    },
    // A row opens dozens: an agent that looks at the system's table of sockets would read them all.
    close() {
      udp.close();
      http.close();
      http.closeAllConnections();
    },
  };
}

const sinks = new Map();
process.on('message', async ({ id, act, name }) => {
  if (act === 'open') {
    const sink = await open(name);
    sinks.set(name, sink);
    process.send({ id, value: sink.ports });
  } else if (act === 'close') {
    sinks.get(name).close();
    sinks.delete(name);
    process.send({ id });
  } else process.send({ id, value: await sinks.get(name).read() });
});
// The bench was ended.
process.on('disconnect', () => process.exit());
