// A handler behind twelve middlewares that each listen on request and response; its query goes on to a second server.
const http = require('node:http');
const express = require(process.env.LIBRARY ?? 'express');

process.on('warning', (warning) => console.log('warning', warning.name));

const back = http.createServer((_request, response) => response.end('back')).listen(0, '127.0.0.1');
const app = express();
app.use(express.json());
let heard = 0;
// Node itself has a listener for `finish`: with ten more the next one would warn.
for (let i = 0; i < 9; i++) {
  app.use((request, response, next) => {
    for (const event of ['finish', 'close']) response.on(event, () => heard++);
    request.on('close', () => heard++);
    next();
  });
}
app.post('/orders/:id', (request, response) => {
  http.get({ port: back.address().port, path: `/stock/${request.params.id}` }, (answer) => {
    answer.resume().on('end', () => response.json({ got: request.body }));
  });
});

const server = app.listen(0, '127.0.0.1', () => {
  const request = http.request(
    {
      port: server.address().port,
      method: 'POST',
      path: '/orders/5',
      headers: { 'content-type': 'application/json' },
    },
    (response) => {
      response.on('data', (chunk) => console.log(String(chunk)));
      response.on('end', () => {
        server.close(() => {
          back.close();
          setImmediate(() => console.log('heard', heard));
        });
        server.closeIdleConnections();
      });
    },
  );
  // The body comes after the headers: the parser reads it outside of the request's context.
  request.flushHeaders();
  setTimeout(() => request.end('{"count":3}'), 20);
});
