// What a client may do: fail, give headers as a list, bring its own agent or connection, wait in an agent's queue.
const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');

process.on('warning', (warning) => console.log('warning', warning.name, warning.message));

// Of a request that has arrived.
const stop = new AbortController();
const shown = ['x-own', 'host', 'baggage'];
const server = http.createServer((request, response) => {
  const { headers } = request;
  if (request.url.startsWith('/hang')) {
    if (request.url === '/hang/abort') stop.abort();
    return;
  }
  if (request.url.startsWith('/cut')) {
    response.write('begun', () => request.socket.destroy());
    return;
  }
  if (request.url.startsWith('/status')) response.statusCode = Number(request.url.slice(8, 11));
  const own = shown.map((name) => headers[name]?.replace(/:\d+$/, ''));
  response.end(`${own} ${(headers.traceparent ?? '').includes('c'.repeat(32))}`);
});
server.on('upgrade', (_request, socket) =>
  socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
);

async function finished(name, request) {
  try {
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    console.log(name, response.statusCode, text);
  } catch (error) {
    console.log(name, error.code);
  }
}

/** An agent that is no http.Agent, as those of agent-base up to version 6. */
class OwnAgent {
  defaultPort = 80;
  protocol = 'http:';
  addRequest(request, options) {
    request.onSocket(net.connect(options.port, options.host));
  }
}

server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const to = { host: '127.0.0.1', port };
  await finished('get', http.get(`http://127.0.0.1:${port}/get?a=canary-query`));
  await finished('flat', http.get({ ...to, path: '/flat', headers: ['Host', 'h', 'X-Own', 'flat'] }));
  const pairs = [
    ['Host', 'h'],
    ['X-Own', 'pairs'],
  ];
  await finished('pairs', http.get({ ...to, path: '/pairs', headers: pairs }));
  console.log(pairs.length);
  const foreign = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
  await finished('own trace', http.get({ ...to, path: '/own', headers: { traceparent: foreign } }));
  await finished(
    'own trace flat',
    http.get({ ...to, path: '/own-flat', headers: ['traceparent', foreign, 'Host', 'h'] }),
  );
  await finished('own agent', http.get({ ...to, path: '/agent', agent: new OwnAgent() }));
  await finished(
    'own connection',
    http.get({ ...to, path: '/connection', createConnection: () => net.connect(port, '127.0.0.1') }),
  );
  await finished(
    'no agent',
    http.get({ ...to, path: '/no-agent', agent: false, setHost: false, headers: { Host: 'x' } }),
  );
  await finished('404', http.get({ ...to, path: '/status/404' }));
  await finished('500', http.get({ ...to, path: '/status/500' }));
  await finished('odd', http.request({ ...to, path: '/odd', method: 'PROPFIND' }).end());
  await finished('cut', http.get({ ...to, path: '/cut' }));
  await finished(
    'expect',
    http.request({ ...to, path: '/expect', method: 'PUT', headers: { Expect: '100-continue' } }).end('x'),
  );
  const upgrade = http.get({ ...to, path: '/upgrade', headers: { Connection: 'Upgrade', Upgrade: 'x' } });
  const [answer, socket] = await once(upgrade, 'upgrade');
  console.log('upgrade', answer.statusCode);
  socket.destroy();

  const timed = http.get({ ...to, path: '/hang/timeout', timeout: 20 });
  timed.on('timeout', () => timed.destroy(Object.assign(new Error('canary-message'), { code: 'E_LATE' })));
  await finished('timeout', timed);
  await finished('abort', http.get({ ...to, path: '/hang/abort', signal: stop.signal }));

  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const closedPort = closed.address().port;
  closed.close();
  await once(closed, 'close');
  await finished('refused', http.get({ host: '127.0.0.1', port: closedPort, path: '/refused' }));
  await finished('not found', http.get({ host: 'no-such-host.invalid', path: '/not-found' }));

  // Both wait in the queue of one connection; each one's listeners must know their own request's context.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const queued = [1, 2, 3].map((n) => {
    const request = http.get({ ...to, path: `/queued/${n}`, agent });
    return finished('queued', request);
  });
  await Promise.all(queued);
  agent.destroy();
  try {
    http.get({ ...to, headers: ['X-Own', 'a', 'odd'] });
  } catch (error) {
    console.log('odd list', error.code);
  }
  try {
    http.get({ ...to, path: '/a b' });
  } catch (error) {
    console.log('path', error.code);
  }
  server.closeAllConnections();
  server.close();
});
