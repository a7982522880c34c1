// The package `router` alone, which Express 5 routes through.
const http = require('node:http');
const { askAll } = require('../../support/ask.cjs');
const Router = require('router');

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
router.get('/rejects', async () => Promise.reject(new Error('canary')));

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
    'GET /rejects',
    'GET /nowhere',
  ]);
  server.close();
});
