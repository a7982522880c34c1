// The smallest server: what is over bare here is the server span alone.
const http = require('node:http');
const { listening } = require('./measured.cjs');

const server = http.createServer((_request, response) => {
  response.setHeader('content-type', 'text/plain');
  response.end('hello');
});
// Connections stay open while other subjects have their turn.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => listening(server.address().port));
