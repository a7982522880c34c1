// Middleware and handlers of all kinds, for their spans; prints what the application itself sees.
const { AsyncLocalStorage } = require('node:async_hooks');
const { context, trace } = require(process.env.API);
const { askAll } = require('../../support/ask.cjs');
const express = require(process.env.LIBRARY);

const storage = new AsyncLocalStorage();
const own = Symbol('own');
const app = express();
app.use(function stored(_req, _res, next) {
  storage.run('kept', () => context.with(context.active().setValue(own, 'baggage'), () => next.call(null)));
});
app.use(function waits(_req, _res, next) {
  setTimeout(next, 1);
});
app.use('/api', function scoped(_req, _res, next) {
  next();
});

const router = express.Router();
router.get(
  '/orders/:id',
  function check(req, _res, next) {
    req.arity = [next.length, typeof next];
    next();
  },
  function order(req, res) {
    // Without the agent there are no spans, and OpenTelemetry's API keeps no context.
    const isKept = () => trace.getActiveSpan() === undefined || context.active().getValue(own) === 'baggage';
    const seen = [storage.getStore(), isKept(), req.arity.join()];
    setTimeout(() => res.send(`${seen} ${isKept()}`), 1);
  },
);
router.get(
  '/skips',
  (_req, _res, next) => next('route'),
  () => {},
);
router.get('/skips', function skipped(_req, res) {
  res.send('skipped');
});
app.use('/api', router);
app.get('/throws', function throws() {
  throw 'not an error';
});
app.get('/nothing', () => {
  throw undefined;
});
app.get(
  '/both',
  (_req, _res, next) => next(new TypeError('canary')),
  (_error, _req, res, _next) => res.send('handled'),
);
const hostile = new Proxy(new Error('canary'), {
  get(target, key) {
    if (key === 'code' || key === 'name') throw new Error('canary getter');
    return target[key];
  },
});
app.get('/hostile', (_req, _res, next) => next(hostile));
app.use(function failed(error, _req, res, next) {
  if (res.headersSent) return next(error);
  res.status(500).send(error === hostile ? 'hostile' : String(error));
});

console.log(
  JSON.stringify((app._router ?? app.router).stack.map(({ name, handle }) => [name, handle.length])),
);
const server = app.listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, [
    'GET /api/orders/7',
    'GET /api/skips',
    'GET /throws',
    'GET /nothing',
    'GET /both',
    'GET /hostile',
    'GET /nowhere',
  ]);
  server.close();
});
