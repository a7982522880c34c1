// Next.js's production server in this process, as `next start` runs it; the folder of the built site is an argument.
const http = require('node:http');
const next = require('next');
const { askAll } = require('../../support/ask.cjs');

async function main() {
  const app = next({ dev: false, dir: process.argv[2] });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = http
    .createServer((request, response) => handle(request, response))
    .listen(0, '127.0.0.1', async () => {
      await askAll(server.address().port, [
        'GET /blog/first-post?token=canary',
        'HEAD /blog/second-post',
        'GET /blog/broken',
        'GET /api/cup',
        'GET /shop/42',
        'GET /hook/me',
        'GET /nowhere/5',
      ]);
      server.close();
      await app.close();
      process.exit();
    });
}
main();
