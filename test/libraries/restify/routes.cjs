// Every way in which restify routes a request; prints what the application itself sees.
const { askAll } = require('../../support/ask.cjs');
const restify = require(process.env.LIBRARY || 'restify');

const server = restify.createServer({ ignoreTrailingSlash: true, handleUncaughtExceptions: false });
server.pre(function early(_req, _res, next) {
  next();
});
server.use(function first(req, _res, next) {
  next(req.url.includes('refused') ? Object.assign(new Error('refused'), { statusCode: 403 }) : undefined);
});
server.use(async function second() {});
server.get('/', (_req, res, next) => {
  res.send('root');
  next();
});
server.get(
  '/orders/:id',
  function check(req, _res, next) {
    req.checked = true;
    setTimeout(next, 1);
  },
  function order(req, res, next) {
    res.send(
      `order ${req.params.id} ${req.checked} ${req.getRoute().path} ${next.length} ${typeof next.ifError}`,
    );
    return next();
  },
);
server.get('/optional/:id?', (req, res, next) => {
  res.send(`optional ${req.params.id}`);
  next();
});
server.get('/wild/*', (req, res, next) => {
  res.send(req.params['*']);
  next(false);
});
server.post('/posted/:x', async (req, res) => {
  res.send(req.params.x);
});
server.head('/headed', (_req, res, next) => {
  res.send(204);
  next();
});
server.get('/rejects', async () => {
  throw new Error('canary');
});
server.get('/fails', (_req, _res, next) => next(Object.assign(new Error('fails'), { statusCode: 418 })));
server.on('restifyError', (_req, _res, error, done) => {
  error.toString = () => 'failed';
  error.toJSON = () => ({ failed: true });
  done();
});

server.listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, [
    'GET /',
    'GET /orders/7?token=canary',
    'GET /orders/9?refused=1',
    'GET /optional',
    'GET /optional/1',
    'GET /wild/a/b',
    'POST /posted/5',
    'HEAD /headed',
    'GET /rejects',
    'GET /fails',
    'GET /nowhere',
    'DELETE /orders/3',
  ]);
  server.close();
});
