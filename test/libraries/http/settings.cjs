// What the settings for HTTP change: one server that calls a second by http, fetch and http2, asked by a plain socket.
const http = require('node:http');
const http2 = require('node:http2');
const net = require('node:net');
const { once } = require('node:events');

const seen = [];
const inner = http.createServer((request, response) => {
  seen.push(`${request.url} ${request.headers.traceparent?.slice(-2)}`);
  response.writeHead(200, { 'X-Inner': 'inner', 'Set-Cookie': 'a=canary-cookie' });
  response.end('inner');
});
const plain = http2.createServer((request, response) => {
  seen.push(`${request.url} ${request.headers.traceparent?.slice(-2)}`);
  response.setHeader('x-inner', 'two');
  response.end('two');
});
const front = http.createServer(async (_request, response) => {
  const base = `http://127.0.0.1:${inner.address().port}`;
  const headers = { 'x-own': 'own', authorization: 'canary-authorization' };
  const [answer] = await once(
    http.get(`${base}/http?page=2&token=canary-token&sig=canary-sig`, { headers, agent: false }),
    'response',
  );
  answer.resume();
  await once(answer, 'end');
  await (await fetch(`${base}/fetch`, { headers })).text();
  const session = http2.connect(`http://127.0.0.1:${plain.address().port}`);
  const stream = session.request({ ':path': '/http2', ...headers });
  stream.resume();
  await once(stream, 'close');
  session.close();
  response.setHeader('Set-Cookie', 'b=canary-cookie');
  response.writeHead(200, { 'X-Front': 'front', 'X-Tenant-Out': 't' });
  response.end('front');
});

async function ask(method, path) {
  const socket = net.connect(front.address().port, '127.0.0.1');
  const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: shop\r\nTraceparent: ${trace}\r\nX-Tenant-Id: acme\r\nX-Tenant-Token: canary-token\r\nCookie: canary-cookie\r\nConnection: close\r\n\r\n`,
  );
  socket.resume();
  await once(socket, 'close');
}

(async () => {
  for (const each of [inner, plain, front]) {
    each.listen(0, '127.0.0.1');
    await once(each, 'listening');
  }
  for (const [method, path] of JSON.parse(process.argv[2])) await ask(method, path);
  console.log(seen.join('\n'));
  for (const each of [inner, plain, front]) each.close();
  inner.closeAllConnections();
})();
