// find-my-way alone; prints what the application itself sees.
const http = require('node:http');
const { askAll } = require('../../support/ask.cjs');

const router = require(process.env.LIBRARY || 'find-my-way')({
  defaultRoute: (_req, res) => res.writeHead(404).end('none'),
});
router.on(
  'GET',
  '/orders/:id',
  function order(_req, res, params, store) {
    res.end(`order ${params.id} ${JSON.stringify(store)} ${this.own}`);
  },
  { stored: true },
);
router.get('/optional/:id?', (_req, res) => res.end('optional'));
router.on(['PUT', 'POST'], '/both', (_req, res) => res.end('both'));
router.all('/wild/*', (_req, res) => res.end('wild'));
router.get('/later', (_req, res) => void setTimeout(() => res.end('later'), 20));
router.get('/throws', () => {
  throw new Error('canary');
});
router.get('/rejects', async () => Promise.reject(new TypeError('canary')));
router.get('/constrained', { constraints: { host: 'other' } }, (_req, res) => res.end('other'));
console.log(router.find('GET', '/orders/1').handler.name, router.find('GET', '/orders/1').handler.length);
for (const wrong of [
  [],
  ['GET'],
  ['GET', 5, () => {}],
  ['GET', '/a'],
  ['GET', '/a', {}],
  ['GET', '/a', () => {}, {}],
]) {
  try {
    router.on(...wrong);
    router.off('GET', '/a');
  } catch (error) {
    console.log(error.message);
  }
}

const server = http.createServer(async (req, res) => {
  try {
    await router.lookup(req, res, { own: true });
  } catch (error) {
    res.writeHead(500).end(error.constructor.name);
  }
});
server.listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, [
    'GET /orders/7?token=canary',
    'GET /optional',
    'GET /optional/2',
    'PUT /both',
    'DELETE /wild/a/b',
    'GET /later',
    'GET /throws',
    'GET /rejects',
    'GET /constrained',
    'GET /nowhere',
  ]);
  server.close();
});
