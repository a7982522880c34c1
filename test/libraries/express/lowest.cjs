// What the oldest Express 4 can do; prints what the application itself sees.
const { askAll } = require('../../support/ask.cjs');
const express = require(process.env.LIBRARY);

const app = express();
app.use(function first(_req, _res, next) {
  setTimeout(next, 1);
});
app.get('/', (_req, res) => res.send('root'));
app.get(
  '/orders/:id',
  (_req, _res, next) => next(),
  (req, res) => res.send(`order ${req.params.id}`),
);
app.get(/^\/files\/(\d+)$/, (req, res) => res.send(`file ${req.params[0]}`));
const users = express.Router();
users.get('/:id', (req, res) => res.send(`user ${req.params.id}`));
users.post('/', (_req, res) => res.send('posted'));
app.use('/users', users);
const sub = express();
sub.get('/deep/:x', (req, res) => res.send(`sub ${req.params.x}`));
app.use('/sub', sub);
app.get('/throws', () => {
  throw new Error('canary');
});
app.use(function failed(error, _req, res, _next) {
  res.statusCode = 500;
  res.send(error.constructor.name);
});

const server = app.listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, [
    'GET /',
    'GET /orders/7?token=canary',
    'HEAD /orders/8',
    'GET /files/12',
    'GET /users/3',
    'POST /users',
    'GET /sub/deep/4',
    'GET /throws',
    'GET /nowhere',
  ]);
  server.close();
});
