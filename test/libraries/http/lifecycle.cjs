// How requests end on a server: kept alive, pipelined, cut off, timed out, streamed, upgraded. One scene after another.
const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');

process.on('warning', (warning) => console.log('warning', warning.name, warning.message));

const handlers = {
  '/plain': (_request, response) => response.end('plain'),
  '/slow': (_request, response) => setTimeout(() => response.end('slow'), 30),
  '/never': () => {},
  '/stream': async (_request, response) => {
    for (const part of ['a', 'b', 'c']) {
      response.write(part);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.end();
  },
  '/endless': (_request, response) => response.write('begun'),
  '/fails': (_request, response) => {
    response.statusCode = 503;
    response.end();
  },
  '/breaks': (_request, response) => {
    response.write('begun');
    setImmediate(() => response.destroy(Object.assign(new Error('canary-message'), { code: 'E_BROKEN' })));
  },
  '/keys': (request, response) => {
    const counts = ['finish', 'close', 'error'].map((event) => response.listenerCount(event));
    const shown = [Object.keys(request), Object.keys({ ...request }), Object.keys(response)].flat();
    const text = require('node:util').inspect(response, { depth: 0 }) + Reflect.ownKeys(request).length;
    const inherited = [];
    for (const name in response) inherited.push(name);
    response.end(`${counts} ${/trac|span/i.test(shown + text)} ${inherited.length}`);
  },
  '/again': (request, response) => {
    if (request.again) return response.end('again');
    request.again = true;
    return server.emit('request', request, response);
  },
};
const server = http.createServer((request, response) => {
  handlers[new URL(request.url, 'http://host').pathname](request, response);
});
server.on('checkContinue', (request, response) => {
  if (request.url === '/refused') {
    response.statusCode = 417;
    response.end();
    return;
  }
  response.writeContinue();
  let length = 0;
  request.on('data', (chunk) => (length += chunk.length)).on('end', () => response.end(`took ${length}`));
});
server.on('upgrade', (request, socket) => {
  const accepted = request.url === '/socket';
  const head = accepted
    ? 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
    : '';
  setTimeout(() => {
    if (!accepted) socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    else if (socket.write(head)) socket.pipe(socket);
  }, 5);
});
server.on('connect', (_request, socket) => socket.end('HTTP/1.1 200 Connection Established\r\n\r\nbye'));
server.on('clientError', (_error, socket) => socket.destroy());

/** Sends text on one connection, prints the status lines that come back, ends when `until` is seen or it closes. */
async function raw(text, until) {
  const socket = net.connect(server.address().port, '127.0.0.1');
  let seen = '';
  socket.on('data', (chunk) => {
    seen += chunk;
    if (until !== undefined && seen.includes(until)) socket.destroy();
  });
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  console.log((seen.match(/HTTP\/1.1 \d+/g) ?? []).join(', '), seen.slice(seen.lastIndexOf('\r\n\r\n') + 4));
}
const line = (method, path, headers = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: shop.example:8080\r\n${headers}\r\n`;

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
async function ask(path, options = {}) {
  const request = http.request({ port: server.address().port, path, agent, ...options });
  request.end(options.body);
  const [response] = await once(request, 'response');
  let text = '';
  try {
    for await (const chunk of response) text += chunk;
  } catch (error) {
    text += ` ${error.code}`;
  }
  console.log(path, response.statusCode, text, request.reusedSocket);
}

server.listen(0, '127.0.0.1', async () => {
  await ask('/plain');
  await ask('/plain');
  await ask('/keys');
  await ask('/stream');
  await ask('/fails');
  await ask('/again');
  await ask('/plain', { method: 'HEAD' });
  await ask('/breaks');
  await ask('/upload', { method: 'PUT', headers: { expect: '100-continue' }, body: 'abc' });
  await ask('/refused', { method: 'PUT', headers: { expect: '100-continue' } });
  // An absolute target, as to a proxy, with a password; a method that Node's parser knows and the convention doesn't.
  await raw(
    line('GET', 'http://u:canary-password@shop.example/plain?q=canary-query', 'Connection: close\r\n'),
  );
  await raw(line('MKCOL', '/plain', 'Connection: close\r\nX-Forwarded-For: 203.0.113.7, 10.0.0.1\r\n'));
  await raw(
    line('GET', '/plain', 'Connection: close\r\nForwarded: for="[2001:db8::7]:4711";proto=https\r\n'),
  );
  // Pipelined: the second waits for the first.
  await raw(
    line('GET', '/slow?1') + line('GET', '/plain?2') + line('GET', '/plain?3', 'Connection: close\r\n'),
  );
  // Pipelined behind one that is never answered, and the client goes.
  const impatient = net.connect(server.address().port, '127.0.0.1');
  impatient.write(line('GET', '/never?1') + line('GET', '/plain?lost'));
  let arrived = 0;
  await new Promise((resolve) => server.on('request', () => ++arrived === 2 && resolve()));
  impatient.destroy();
  await once(impatient, 'close');
  // The client goes in the middle of the answer.
  await raw(line('GET', '/endless'), 'begun');
  // Nobody answers, and the server gives up.
  server.setTimeout(30);
  await raw(line('GET', '/never?timeout'));
  server.setTimeout(0);
  await raw(line('GET', '/socket', 'Connection: Upgrade\r\nUpgrade: echo\r\n'), '101');
  await raw(line('GET', '/forbidden', 'Connection: Upgrade\r\nUpgrade: echo\r\n'));
  await raw(line('CONNECT', 'db.example:5432'));
  await raw('nonsense\r\n\r\n');
  agent.destroy();
  server.close();
});
