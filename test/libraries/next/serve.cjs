// Next.js's server in this process, as `next start` runs it; the folder of the site, beside its Next.js, is an argument.
const http = require('node:http');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { askAll } = require('../../support/ask.cjs');

const dir = process.argv[2];
const next = createRequire(join(dir, 'package.json'))('next');

async function main() {
  const app = next({ dev: process.env.NODE_ENV === 'development', dir });
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
        'GET /inside/7',
        'GET /nowhere/5',
      ]);
      server.close();
      await app.close();
      process.exit();
    });
}
main();
