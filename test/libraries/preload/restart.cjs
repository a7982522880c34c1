// Starts, stops and starts the agent; each time a server is asked by http and by fetch, and Redis for a key.
const { shutdown, start } = require(process.env.AGENT);

async function ask() {
  const http = require('node:http');
  const Redis = require('ioredis');
  const server = http.createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => {
    http.get({ host: '127.0.0.1', port, agent: false }, (response) => response.resume().on('end', resolve));
  });
  await (await fetch(`http://127.0.0.1:${port}`)).text();
  const redis = new Redis({ host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) });
  await redis.get('no-such-key');
  redis.disconnect();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function main() {
  start({ serviceName: 'one' });
  await ask();
  await shutdown();
  await ask();
  start({ serviceName: 'three' });
  await ask();
  await shutdown();
}
main();
