// One copy of undici from npm: each way to send a request, below the server's request that asks for it.
const http = require('node:http');
const { once } = require('node:events');
const { Writable } = require('node:stream');
const undici = require(process.argv[2]);

process.on('warning', (warning) => console.log('warning', warning.name, warning.message));

let tries = 0;
const target = http.createServer((request, response) => {
  if (request.url.startsWith('/flaky') && tries++ < 1) response.statusCode = 503;
  if (request.url === '/abort') return;
  if (request.url === '/moved') response.writeHead(302, { location: '/landed' });
  setTimeout(() => request.resume().on('end', () => response.end(request.url)), 10);
});
target.on('upgrade', (_request, socket) => {
  socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
});
target.on('connect', (_request, socket) => socket.end('HTTP/1.1 200 Connection Established\r\n\r\n'));

const ways = {
  async request(base) {
    const { body } = await undici.request(`${base}/request`);
    for await (const _ of body);
  },
  async stream(base) {
    const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() });
    await undici.stream(`${base}/stream`, { method: 'GET' }, sink);
  },
  async pipeline(base) {
    const through = undici.pipeline(`${base}/pipeline`, { method: 'POST' }, ({ body }) => body);
    through.end('x').resume();
    await once(through, 'end');
  },
  async upgrade(base) {
    const { socket } = await undici.upgrade(`${base}/upgrade`, { protocol: 'echo' });
    socket.on('error', () => {}).destroy();
  },
  async connect(base) {
    const client = new undici.Client(base);
    // undici 4 takes nothing but a path.
    const path = process.argv[3] === '4' ? '/db' : 'db.example:5432';
    const { socket } = await client.connect({ path });
    socket.on('error', () => {}).destroy();
    await client.close();
  },
  async agent(base) {
    const dispatcher = new undici.Agent({ connections: 1 });
    const { body } = await undici.request(`${base}/agent`, { dispatcher });
    for await (const _ of body);
    await dispatcher.close();
  },
  async mock(base) {
    const dispatcher = new undici.MockAgent();
    dispatcher.disableNetConnect();
    dispatcher.get(base).intercept({ path: '/mocked', method: 'GET' }).reply(200, 'mocked');
    const { body } = await undici.request(`${base}/mocked`, { dispatcher });
    for await (const _ of body);
    await dispatcher.close();
  },
  async abort(base) {
    const stop = new AbortController();
    const sent = undici.request(`${base}/abort`, { signal: stop.signal });
    target.once('request', () => stop.abort());
    await sent.catch((error) => console.log('abort', error.name));
  },
};
if (undici.fetch && Number(process.versions.node.split('.')[0]) >= 18) {
  ways.fetch = async (base) => (await undici.fetch(`${base}/moved`)).text();
}
if (undici.RetryAgent) {
  ways.retry = async (base) => {
    const inner = new undici.Agent();
    const dispatcher = new undici.RetryAgent(inner, { minTimeout: 1, maxTimeout: 2 });
    const { body } = await undici.request(`${base}/flaky`, { dispatcher });
    for await (const _ of body);
    await inner.close();
  };
}

(async () => {
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const base = `http://127.0.0.1:${target.address().port}`;
  const pool = new undici.Pool(base, { connections: 1 });
  const front = http.createServer(async (request, response) => {
    const name = request.url.slice(1);
    if (name.startsWith('pool')) {
      // Three at once on one connection: two of them wait.
      const { body } = await pool.request({ path: `/${name}`, method: 'GET' });
      for await (const _ of body);
    } else {
      await ways[name](base);
    }
    response.end();
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  // By a child of ours that isn't traced: `http` with headers that say so.
  const headers = { traceparent: `00-${'e'.repeat(32)}-${'f'.repeat(16)}-01` };
  const ask = (name) =>
    new Promise((resolve) => {
      http.get({ port: front.address().port, path: `/${name}`, headers, agent: false }, (answer) =>
        answer.resume().on('end', resolve),
      );
    });
  for (const name of Object.keys(ways)) await ask(name);
  await Promise.all(['pool1', 'pool2', 'pool3'].map(ask));
  console.log(Object.keys(ways).join());
  await pool.close();
  await undici.getGlobalDispatcher().close();
  target.close();
  front.close();
})();
