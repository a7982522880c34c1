// Applications, routers and functions below koa-mount, one mount in another; prints what the application itself sees.
const { askAll } = require('../../support/ask.cjs');
const Koa = require('koa');
const mount = require(process.env.MOUNT);
const exported = require(process.env.ROUTER);
const Router = exported.Router ?? exported.default ?? exported;

const orders = new Router();
orders.get('/', (ctx) => {
  ctx.body = 'orders';
});
orders.get('/:id', async function order(ctx) {
  ctx.body = `${ctx.params.id} ${ctx.path} ${ctx.mountPath} ${ctx._matchedRoute}`;
});
orders.get('/:id/throws', () => {
  throw new Error('canary');
});
orders.get(/^\/files\/(\d+)\/x$/, (ctx) => {
  ctx.body = 'file';
});

const inner = new Koa();
inner.use(mount('/orders', orders.routes()));
inner.use(mount('/plain', (ctx) => (ctx.body = `plain ${ctx.path}`)));
const outer = new Koa();
outer.use(mount('/v1', inner));
const last = new Router();
last.get('/passed/:x', (ctx) => {
  ctx.body = `last ${ctx.params.x} ${ctx.path}`;
});

const app = new Koa();
app.on('error', () => {});
const mounted = mount('/api', outer);
app.use(mounted);
app.use(mount('/list', [(_ctx, next) => next(), orders.routes()]));
app.use(mount(orders.routes()));
// Passes on what it doesn't answer: the router after it is outside of the mount.
app.use(mount('/passed', async (_ctx, next) => next()));
app.use(last.routes());

const unmounted = () => {};
console.log(mount.name, mount.length, mounted.name, mounted.length, mount('/', unmounted) === unmounted);
for (const wrong of [
  [],
  [5],
  ['api', unmounted],
  ['/a'],
  ['/a', null],
  [Symbol('a'), unmounted],
  ['/a', {}],
]) {
  try {
    console.log(typeof mount(...wrong));
  } catch (error) {
    console.log(error.name, error.message);
  }
}
mount('/a', unmounted)(undefined, unmounted).catch((error) => console.log(error.message));
mount('/a', unmounted)({ path: '/b' }).catch((error) => console.log(error.message));

const server = app.listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, [
    'GET /api/v1/orders',
    'GET /api/v1/orders/7?token=canary',
    'GET /api/v1/orders/7/throws',
    'GET /api/v1/orders/files/12/x',
    'GET /api/v1/plain/1',
    'GET /api/v1/nowhere/at/all',
    'GET /list/8',
    'GET /9',
    'GET /passed/3',
    'GET /passed/3/4/5',
  ]);
  server.close();
});
