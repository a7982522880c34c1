/**
 * The HTTP patches where something of ours fails, or where the agent itself sends: the application notices nothing.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { patch } from '../../../../src/patch/http/http';
import { patch as patchUndici } from '../../../../src/patch/http/undici';
import type { Tools } from '../../../../src/patch/instrumentation';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const real = provider.getTracer('test');
const faults: unknown[] = [];
let tracer: Pick<typeof real, 'startSpan'> = real;

const tools: Tools = {
  get tracer() {
    return tracer as typeof real;
  },
  options: { urlQuery: 'redact' },
  off: false,
  wanted: () => ROOT_CONTEXT,
  startClientSpan: (name, attributes) => contain(() => tracer.startSpan(name, { attributes })),
  endClientSpan: (span) => contain(() => span.end()),
  bind: (_context, callback) => callback,
  fault: (error) => faults.push(error),
};

/** As `Tools` promises: its methods contain their failures, and the patches contain the rest. */
function contain<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    faults.push(error);
    return undefined;
  }
}

let server: http.Server;
let seen: http.IncomingHttpHeaders = {};
before(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const library = { name: 'http', version: '', file: '', directory: '' };
  patch(http, library, tools);
  patchUndici(undefined, library, tools);
  server = http.createServer((request, response) => {
    seen = request.headers;
    request.resume().on('end', () => response.end('answer'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => {
  server.close();
  server.closeAllConnections();
  trace.disable();
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

async function ask(headers: http.OutgoingHttpHeaders | string[] = {}): Promise<string> {
  const request = http.get(url(), { headers: headers as http.OutgoingHttpHeaders, agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

test('a request that the agent itself sends has neither span nor headers', async () => {
  exporter.reset();
  for (const send of [() => ask(), async () => (await fetch(url())).text()]) {
    assert.equal(await context.with(suppressTracing(ROOT_CONTEXT), send), 'answer');
    assert.equal(seen.traceparent, undefined);
  }
  assert.deepEqual(
    exporter.getFinishedSpans().filter((span) => 'url.full' in span.attributes),
    [],
  );
  assert.deepEqual(faults, []);
});

test('a tracer, a propagator or a span that throws harms no request, and each failure is reported', async () => {
  const broken = () => {
    throw new Error('broken');
  };
  const span = real.startSpan('a');
  for (const name of ['setAttribute', 'setStatus', 'updateName', 'end'] as const) span[name] = broken;
  for (const failing of [{ startSpan: broken }, { startSpan: () => span }]) {
    tracer = failing;
    faults.length = 0;
    assert.equal(await ask(), 'answer');
    assert.equal(await ask(['Host', 'h']), 'answer');
    assert.equal(await (await fetch(url(), { method: 'POST', body: 'x' })).text(), 'answer');
    assert.ok(faults.length >= 3);
  }
  tracer = real;
  propagation.disable();
  propagation.setGlobalPropagator({ inject: broken, extract: broken, fields: () => [] });
  faults.length = 0;
  assert.equal(await ask(), 'answer');
  assert.equal(await (await fetch(url())).text(), 'answer');
  assert.ok(faults.length >= 2);
});

test('an error that nobody listens for is thrown to the caller of emit, as without the agent', () => {
  const request = http.get(url(), { agent: false });
  request.destroy();
  request.removeAllListeners('error');
  assert.throws(() => request.emit('error', new Error('nobody listens')), /nobody listens/);
  request.on('error', () => {});
});
