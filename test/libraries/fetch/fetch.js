// Shared by the fixtures of global fetch and of the npm package undici: what `fetch` may meet, against one server.
const http = require('node:http');
const { once } = require('node:events');

module.exports = async function run(fetch, more) {
  process.on('warning', (warning) => console.log('warning', warning.name));
  const late = new AbortController();
  const server = http.createServer((request, response) => {
    const { headers } = request;
    if (request.url.startsWith('/hang')) {
      // As AbortSignal.timeout does, but never before the request has arrived.
      late.abort(new DOMException('late', 'TimeoutError'));
      return;
    }
    if (request.url === '/cut') {
      response.write('begun', () => request.socket.destroy());
      return;
    }
    if (request.url === '/endless') {
      response.write('begun');
      return;
    }
    if (request.url === '/redirect') {
      response.writeHead(302, { location: '/landed?token=canary-query' });
      response.end();
      return;
    }
    if (request.url.startsWith('/status')) response.statusCode = Number(request.url.slice(8, 11));
    request.resume().on('end', () => {
      response.end(`${headers['x-own']} ${(headers.traceparent ?? '').includes('c'.repeat(32))}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;

  async function get(path, options) {
    try {
      const response = await fetch(`${base}${path}`, options);
      console.log(path, response.status, await response.text());
    } catch (error) {
      console.log(path, error.name, error.cause?.code);
    }
  }
  await get('/get?token=canary-query', {
    headers: { 'x-own': 'own', authorization: 'canary-authorization' },
  });
  await get('/post', { method: 'POST', body: 'canary-body', headers: { cookie: 'a=canary-cookie' } });
  await get('/status/404');
  await get('/status/500');
  await get('/redirect');
  await get('/own', { headers: { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` } });
  await get('/cut');
  await get('/hang/abort', { signal: late.signal });
  const stop = new AbortController();
  const endless = await fetch(`${base}/endless`, { signal: stop.signal });
  stop.abort();
  await endless.text().catch((error) => console.log('/endless', error.name));
  await Promise.all([get('/both/1'), get('/both/2')]);
  const closed = http.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address();
  closed.close();
  await fetch(`http://127.0.0.1:${port}/refused`).catch((error) => console.log('refused', error.cause.code));
  await fetch('http://no-such-host.invalid/').catch((error) => console.log('not found', error.cause.code));
  // Below the server's span: asked from within a handler.
  const front = http.createServer(async (request, response) => {
    for await (const _ of request);
    const answer = await fetch(`${base}/inner`);
    response.end(await answer.text());
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const outer = await fetch(`http://127.0.0.1:${front.address().port}/outer`, { method: 'PUT', body: 'x' });
  console.log('outer', await outer.text());
  await more?.(base);
  for (const each of [server, front]) {
    each.close();
    each.closeAllConnections();
  }
};
