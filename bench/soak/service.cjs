// The service of bench/soak.mjs: a server whose requests call itself, make spans of the application's, fail, are cut
// off, and now and then leave a span open. Answers to messages of its parent with what it holds after a collection.
const http = require('node:http');
const { AsyncResource } = require('node:async_hooks');
const v8 = require('node:v8');
const { trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('soak');
const Span = tracer.startSpan('for its class').constructor;
const traced = Span.name !== 'NonRecordingSpan';
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
let requests = 0;

const server = http.createServer((request, response) => {
  requests++;
  const [, kind] = request.url.split('/');
  switch (kind) {
    case 'calls':
      http
        .get({ port: server.address().port, path: '/plain/inner?card=4242', agent }, (inner) => {
          inner.resume().on('end', () => response.end('called'));
        })
        .on('error', () => response.end('failed'));
      return;
    case 'spans':
      tracer.startActiveSpan('work', (span) => {
        span.setAttribute('size', requests).addEvent('half');
        span.recordException(new Error('of the soak'));
        setImmediate(() => {
          span.end();
          response.end('worked');
        });
      });
      return;
    case 'fails':
      response.statusCode = 500;
      response.end('failed');
      return;
    case 'leaves':
      // Neither is ever ended or used again.
      tracer.startSpan('left open');
      new AsyncResource('left');
      response.end('left');
      return;
    case 'cut':
      response.write('half');
      setImmediate(() => response.destroy());
      return;
    default:
      response.end('plain');
  }
});

process.on('message', (message) => {
  if (message === 'end') {
    server.close();
    server.closeAllConnections();
    agent.destroy();
    process.disconnect();
    return;
  }
  // Collects before it counts; Node 18 has none. `gc` takes two rounds for what finalizers hold.
  const spans = traced && v8.queryObjects ? v8.queryObjects(Span, { format: 'count' }) : -1;
  gc();
  gc();
  const { heapUsed, rss } = process.memoryUsage();
  const health = globalThis[Symbol.for('tracing-agent.running')]?.health() ?? {};
  process.send({ requests, spans, heapUsed, rss, health });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
