// A service in the middle: prints which trace headers reach the service behind it, from http and from fetch.
// SENT holds the headers that it gets, as JSON; PROXY=1 passes on what it got, as a reverse proxy does.
const http = require('node:http');
const { once } = require('node:events');

const names = /^(traceparent|tracestate|baggage|uber|x-)/;
const back = http.createServer((request, response) => {
  const seen = Object.entries(request.headers).filter(([name]) => names.test(name));
  console.log(JSON.stringify(Object.fromEntries(seen)));
  response.end();
});
const middle = http.createServer(async (request, response) => {
  const headers = process.env.PROXY ? request.headers : {};
  const [answer] = await once(http.get({ port: back.address().port, path: '/http', headers }), 'response');
  answer.resume();
  await once(answer, 'end');
  const passed = Object.entries(headers).filter(([name]) => names.test(name));
  await (await fetch(`http://127.0.0.1:${back.address().port}/fetch`, { headers: passed })).text();
  response.end();
});
back.listen(0, '127.0.0.1', () => {
  middle.listen(0, '127.0.0.1', () => {
    // Raw, so that this first request itself is no part of any trace.
    const socket = require('node:net').connect(middle.address().port, '127.0.0.1');
    const sent = Object.entries(JSON.parse(process.env.SENT ?? '{}')).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    socket.write(`GET /middle HTTP/1.1\r\nHost: middle\r\nConnection: close\r\n${sent.join('')}\r\n`);
    socket.resume().on('close', () => {
      for (const server of [middle, back]) {
        server.close();
        server.closeIdleConnections();
      }
    });
  });
});
