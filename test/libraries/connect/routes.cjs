// Connect's ways to mount middleware; prints what the application itself sees.
const http = require('node:http');
const { askAll } = require('../../support/ask.cjs');
const connect = require(process.env.LIBRARY || 'connect');

const app = connect();
app.use(function first(_req, _res, next) {
  setTimeout(next, 1);
});
app.use('/orders', function orders(req, res) {
  res.end(`orders ${req.url} ${req.originalUrl}`);
});
app.use('/throws', () => {
  throw new Error('canary');
});
app.use('/fails', (_req, _res, next) => next('not an error'));

const inner = connect();
inner.use('/users', (req, res, next) => (req.url === '/none' ? next() : res.end(`users ${req.url}`)));
inner.use('/deep', (_req, res) => res.end('deep'));
const outer = connect();
outer.use('/v1', inner);
outer.use('/v2', (_req, res) => res.end('v2'));
app.use('/api', outer);
app.use('/api', (_req, res) => res.end('rest'));
app.use('/after', (_req, res) => res.end('after'));
app.use((req, res, next) => (req.url === '/middleware' ? res.end('answered by a middleware') : next()));
app.use(function last(error, _req, res, _next) {
  res.statusCode = 500;
  res.end(error instanceof Error ? error.constructor.name : String(error));
});
console.log(
  app.stack.map(({ route, handle }) => [route, handle.name, handle.length].join()).join(' '),
  connect.length,
);

const server = http.createServer(app).listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, [
    'GET /orders/7?token=canary',
    'GET /throws/1',
    'GET /fails',
    'GET /api/v1/users/3',
    'POST /api/v1/deep',
    'GET /api/v2/x',
    'GET /api/v1/users/none',
    'GET /after',
    'GET /middleware',
    'GET /nowhere',
  ]);
  server.close();
});
