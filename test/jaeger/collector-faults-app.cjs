// Answers HTTP requests until it is told to stop; or, with a number, makes so many of itself and ends at once.
const http = require('node:http');

const server = http.createServer((request, response) => {
  if (request.url === '/memory') response.end(String(process.memoryUsage().rss));
  else response.end('ok');
});
server.keepAliveTimeout = 60_000;
const agent = new http.Agent({ keepAlive: true });

server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  console.log(`listening ${port}`);
  const count = Number(process.argv[2]);
  if (!count) return;
  for (let made = 0; made < count; made++) {
    await new Promise((resolve, reject) => {
      http
        .get({ port, host: '127.0.0.1', agent, path: '/own' }, (response) =>
          response.resume().on('end', resolve),
        )
        .on('error', reject);
    });
  }
  // In a tick of its own: the server's last span has ended.
  setImmediate(() => process.exit(0));
});

process.on('SIGTERM', () => {
  agent.destroy();
  server.closeAllConnections();
  server.close();
});
