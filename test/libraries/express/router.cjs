// The package `router` alone, which Express 5 routes through.
const http = require('node:http');
const { askAll } = require('../../support/ask.cjs');
const Router = require(process.env.LIBRARY);

const router = new Router();
router.use(function first(_req, _res, next) {
  next();
});
const users = Router({ mergeParams: true });
users.get('/:user', (req, res) => res.end(`${req.params.group} ${req.params.user}`));
router.use('/groups/:group/users', users);
router.route('/orders/:id').get(async function order(req, res) {
  res.end(`order ${req.params.id}`);
});
router.get(/^\/files\/(\d+)$/, (req, res) => res.end(`file ${req.params[0]}`));
router.get(['/one', '/two/:x'], (_req, res) => res.end('list'));
router.get('/throws', () => {
  throw new Error('canary');
});
// Version 1 doesn't look at promises.
if (!process.env.LIBRARY.startsWith('router1'))
  router.get('/rejects', () => Promise.reject(new Error('canary')));
for (const wrong of [[Symbol('path')], ['/a', 5], ['/a', null], [new Proxy({}, {}), () => {}], []]) {
  try {
    console.log(router.get(...wrong) === router);
  } catch (error) {
    console.log(error.name, error.message);
  }
}

const server = http.createServer((req, res) =>
  router(req, res, (error) => {
    res.statusCode = error ? 500 : 404;
    res.end(error ? error.constructor.name : 'none');
  }),
);
server.listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, [
    'GET /groups/1/users/ann',
    'GET /orders/7?token=canary',
    'GET /files/12',
    'GET /one',
    'GET /two/2',
    'GET /throws',
    'GET /rejects',
    'GET /nowhere',
  ]);
  server.close();
});
