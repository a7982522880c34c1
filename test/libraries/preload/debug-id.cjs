// A server that makes a span of its own, asked by a plain socket, as curl with a header would ask.
const http = require('node:http');
const net = require('node:net');
const { trace } = require('@opentelemetry/api');

const server = http.createServer((_request, response) => {
  trace.getTracer('t').startSpan('inner').end();
  response.end('hello');
});
server.listen(0, '127.0.0.1', () => {
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.end('GET / HTTP/1.1\r\nhost: x\r\njaeger-debug-id: slow order 17\r\nconnection: close\r\n\r\n');
  socket.resume().on('close', () => server.close());
});
