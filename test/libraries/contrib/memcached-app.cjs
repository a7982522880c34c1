// memcached's client against a stub that has nothing stored.
const { createServer } = require('node:net');
const { context, trace } = require('@opentelemetry/api');
const Memcached = require('memcached');
const server = createServer((socket) => socket.on('data', () => socket.write('END\r\n')));
server.listen(0, '127.0.0.1', () => {
  const client = new Memcached(`127.0.0.1:${server.address().port}`);
  trace.getTracer('shop').startActiveSpan('ask', (span) => {
    client.get('secret-key', (error, value) => {
      span.end();
      console.log(
        JSON.stringify({
          error,
          value,
          inside: trace.getSpan(context.active())?.spanContext().spanId === span.spanContext().spanId,
        }),
      );
      client.end();
      server.close();
    });
  });
});
