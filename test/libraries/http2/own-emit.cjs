// A server with an `emit` of its own, which calls the one that it found before the first session.
const http2 = require('node:http2');
const server = http2.createServer((_request, response) => response.end('own'));
const { emit } = server;
server.emit = function (...args) {
  return emit.apply(this, args);
};
server.listen(0, '127.0.0.1', () => {
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const stream = session.request({ ':path': '/own' });
  stream.resume().on('close', () => {
    session.close();
    server.close();
  });
});
