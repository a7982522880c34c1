// What the test bundles: a library of the registry and a server, until the parent ends it.
const http = require('node:http');
const Redis = require('ioredis');

const server = http.createServer((_request, response) => response.end(typeof Redis));
server.listen(0, '127.0.0.1', async () => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}`, {
    headers: { connection: 'close' },
  });
  console.log(await answer.text());
  // Longer than the agent waits until it looks.
  setTimeout(() => server.close(), 2500);
});
