// A subscriber of what Node publishes when a response is finished, while nothing else listens for that. The second
// response is ended by a timer that belongs to no request.
const { subscribe } = require('node:diagnostics_channel');
const http = require('node:http');
const { trace } = require('@opentelemetry/api');

const seen = [];
subscribe('http.server.response.finish', ({ request }) => {
  seen.push(`${request.url} ${trace.getActiveSpan() === undefined ? 'outside' : 'inside'}`);
});
const open = [];
setInterval(() => open.shift()?.end('later'), 5).unref();
const server = http
  .createServer((_request, response) => open.push(response))
  .listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const get = (path) =>
      new Promise((resolve) =>
        http.get({ port, path, agent: false }, (answer) => answer.resume().on('end', resolve)),
      );
    get('/one')
      .then(() => get('/two'))
      .then(() => {
        console.log(seen.join(', '));
        server.close();
      });
  });
