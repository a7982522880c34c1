// Every way in which Koa's routers route a request; prints what the application itself sees.
const { askAll } = require('../../support/ask.cjs');
const Koa = require(process.env.KOA);
const exported = require(process.env.ROUTER);
const Router = exported.Router ?? exported.default ?? exported;

const app = new Koa();
app.on('error', () => {});
app.use(async function first(ctx, next) {
  try {
    await next();
  } catch (error) {
    ctx.status = 500;
    ctx.body = error instanceof Error ? error.constructor.name : String(error);
  }
});
app.use((ctx, next) => {
  if (ctx.path === '/middleware') ctx.body = 'answered by a middleware';
  else return next();
});

const router = new Router();
router.use(async function inside(_ctx, next) {
  await next();
});
router.get('/', (ctx) => {
  ctx.body = 'root';
});
router.get(
  'order',
  '/orders/:id',
  async function check(ctx, next) {
    ctx.state.checked = true;
    await next();
  },
  async function order(ctx) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    ctx.body = `order ${ctx.params.id} ${ctx.state.checked} ${ctx._matchedRoute} ${ctx._matchedRouteName}`;
  },
);
// Both fit: the first one answers.
router.get('/people/:id', (ctx) => {
  ctx.body = `person ${ctx.params.id} ${ctx.matched.every((layer) => router.stack.includes(layer))}`;
});
router.get('/people/me', (ctx) => {
  ctx.body = 'me';
});
router.get(/^\/files\/(\d+)$/, (ctx) => {
  ctx.body = `file ${ctx.params[0]}`;
});
router.get(['/one', '/two'], (ctx) => {
  ctx.body = 'list';
});
router.all('/any', (ctx) => {
  ctx.body = 'any';
});
router.get('/throws', () => {
  throw new Error('canary');
});
router.get('/rejects', async () => {
  throw 'not an error';
});
router.param('pet', (pet, ctx, next) => {
  ctx.pet = `pet ${pet}`;
  return next();
});

const pets = new Router({ prefix: '/pets' });
pets.get('/:pet', (ctx) => {
  ctx.body = `${ctx.params.user} ${ctx.params.pet} ${ctx.pet}`;
});
const users = new Router();
users.get('/:user', (ctx) => {
  ctx.body = ctx.params.user;
});
users.use('/:user', pets.routes(), pets.allowedMethods());
router.use('/api/users', users.routes());

app.use(router.routes()).use(router.allowedMethods());

const server = app.listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, [
    'GET /',
    'GET /orders/7?token=canary',
    'HEAD /orders/8',
    'GET /people/me',
    'GET /files/12',
    'GET /one',
    'GET /two',
    'POST /any',
    'GET /throws',
    'GET /rejects',
    'GET /api/users/ann',
    'GET /api/users/ann/pets/rex',
    'GET /middleware',
    'POST /orders/9',
    'GET /nowhere',
  ]);
  server.close();
});
