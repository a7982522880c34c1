// A server that answers after a while, so that many requests are open at the same time.
const http = require('node:http');
const { listening } = require('./measured.cjs');

const { delay } = JSON.parse(process.env.BENCH_TASK);

const server = http.createServer((_request, response) => {
  setTimeout(() => response.end('hello'), delay);
});
// Connections stay open while other subjects have their turn.
server.keepAliveTimeout = 0;
server.listen({ port: 0, host: '127.0.0.1', backlog: 16_384 }, () => listening(server.address().port));
