// Answers as many requests as it is told, each of which leaks an AsyncResource and a span that is never ended; then says
// what its heap holds. The client speaks HTTP by hand, with many requests under way on a connection, to be quick.
const { AsyncResource } = require('node:async_hooks');
const http = require('node:http');
const net = require('node:net');
const v8 = require('node:v8');
const { context, trace } = require('@opentelemetry/api');

v8.setFlagsFromString('--expose-gc');
const gc = require('node:vm').runInNewContext('gc');

const total = Number(process.argv[2]);
const AT_ONCE = 200;
const leaked = [];
const probe = trace.getTracer('probe').startSpan('probe');
const Span = probe.constructor;
probe.end();

const server = http.createServer((_request, response) => {
  leaked.push(new AsyncResource('leak'));
  if (leaked.length % 100 === 0) trace.getTracer('leak').startSpan('abandoned');
  response.end('x');
});
server.listen(0, '127.0.0.1', () => {
  const socket = net.connect(server.address().port, '127.0.0.1');
  const text = 'GET /leaks?token=1 HTTP/1.1\r\nHost: leak\r\nUser-Agent: test\r\n\r\n';
  let asked = 0;
  let answered = 0;
  const ask = () => {
    const count = Math.min(AT_ONCE, total - asked);
    asked += count;
    socket.write(text.repeat(count));
  };
  socket.setEncoding('latin1').on('data', (chunk) => {
    answered += chunk.split('HTTP/1.1 200').length - 1;
    if (answered === total) socket.end();
    else if (answered === asked) ask();
  });
  socket.on('close', () => server.close(() => setTimeout(finish, 100)));
  ask();
});

function finish() {
  // Counting collects first. Node 18 can't.
  const spans = v8.queryObjects ? v8.queryObjects(Span, { format: 'count' }) : -1;
  gc();
  gc();
  const heap = process.memoryUsage().heapUsed;
  const ids = new Set(
    leaked.map((each) => each.runInAsyncScope(() => trace.getSpanContext(context.active())?.spanId)),
  );
  process.stdout.write(
    `${JSON.stringify({
      requests: leaked.length,
      spans,
      heap,
      ids: ids.size,
    })}\n`,
  );
}
