// Connections that live on or go wrong: WebSockets (ws), server-sent events, timeouts of either side, many middlewares.
const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');
const { Server: SocketServer, WebSocket } = require(process.argv[2]);

process.on('warning', (warning) => console.log('warning', warning.name, warning.message));
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const handlers = {
  '/events': async (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    let open = true;
    request.on('close', () => (open = false));
    response.on('close', () => (open = false));
    for (let n = 0; open; n++) {
      response.write(`data: ${n}\n\n`);
      await wait(5);
    }
  },
  '/unchanged': (_request, response) => response.writeHead(304).end(),
  '/early': (_request, response) => response.destroy(),
  '/socket-gone': (request) => request.socket.destroy(),
  '/hints': (_request, response) => {
    response.writeProcessing();
    response.writeEarlyHints?.({ link: '</a.css>; rel=preload' });
    response.end('hinted');
  },
  '/never': () => {},
  '/upload': (request, response) => {
    request.resume().on('end', () => response.end('uploaded'));
    request.on('error', () => {});
  },
  // As many listeners as Node takes without a warning, beside its own one.
  '/many': (request, response) => {
    for (let i = 0; i < 9; i++) {
      response.on('finish', () => {}).on('close', () => {});
      request.on('end', () => {}).on('close', () => {});
    }
    response.end('many');
  },
};
const handle = (request, response) => handlers[request.url](request, response);
const server = http.createServer(handle);
const strict = http.createServer(
  { requestTimeout: 60, headersTimeout: 50, connectionsCheckingInterval: 20 },
  handle,
);
strict.on('clientError', (_error, socket) => socket.destroy());
const sockets = new SocketServer({ noServer: true });
server.on('upgrade', (request, socket, head) => {
  if (request.url === '/refused') {
    socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (client) => {
    client.on('message', (data) => client.send(String(data)));
  });
});

async function ask(path, until) {
  const request = http.get({ port: server.address().port, path, agent: false });
  request.on('error', (error) => console.log(path, error.code));
  request.on('response', (response) => {
    let text = '';
    response.on('error', () => {});
    response.on('data', (chunk) => {
      text += chunk;
      if (until !== undefined && text.includes(until)) request.destroy();
    });
    response.on('end', () => console.log(path, response.statusCode, text));
  });
  if (path === '/never')
    request.setTimeout(20, () => request.destroy(Object.assign(new Error(), { code: 'E_LATE' })));
  await new Promise((resolve) => request.on('close', resolve));
}
async function raw(text) {
  const socket = net.connect(strict.address().port, '127.0.0.1');
  socket.resume().write(text);
  await once(socket, 'close');
}

server.listen(0, '127.0.0.1', async () => {
  await ask('/events', 'data: 2');
  await ask('/unchanged');
  await ask('/early');
  await ask('/socket-gone');
  await ask('/hints');
  await ask('/many');
  await ask('/never');
  const base = `ws://127.0.0.1:${server.address().port}`;
  const client = new WebSocket(`${base}/chat`);
  await once(client, 'open');
  client.send('hello');
  console.log('message', String((await once(client, 'message'))[0]));
  client.close();
  await once(client, 'close');
  const refused = new WebSocket(`${base}/refused`);
  console.log('refused', (await once(refused, 'error'))[0].message);
  strict.listen(0, '127.0.0.1');
  await once(strict, 'listening');
  // The body never comes, then the head never ends.
  await raw('POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab');
  await raw('POST /upload HTTP/1.1\r\nHost: a\r\n');
  strict.close();
  server.close();
});
