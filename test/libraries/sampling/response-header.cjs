// Prints the header of the answers of an HTTP/1 and an HTTP/2 server that names the trace.
const http = require('node:http');
const http2 = require('node:http2');

const answer = (_request, response) => response.end('ok');
const one = http.createServer(answer).listen(0, '127.0.0.1', () => {
  http.get({ port: one.address().port, agent: false }, (response) => {
    response.resume().on('end', () => one.close());
    console.log(response.headers['x-trace'] ?? '-');
    const two = http2.createServer(answer).listen(0, '127.0.0.1', () => {
      const session = http2.connect(`http://127.0.0.1:${two.address().port}`);
      const stream = session.request({ ':path': '/' });
      stream.on('response', (headers) => console.log(headers['x-trace'] ?? '-'));
      stream.resume().on('end', () => {
        session.close();
        two.close();
      });
    });
  });
});
