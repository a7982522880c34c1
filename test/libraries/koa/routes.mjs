// An ES module's imports of Koa and of its router, which is an ES module as well.
import Router from '@koa/router';
import Koa from 'koa3';
import { askAll } from '../../support/ask.cjs';

const app = new Koa();
const router = new Router({ prefix: '/api' });
router.get('/orders/:id', (ctx) => {
  ctx.body = 'order';
});
app.use(function first(_ctx, next) {
  return next();
});
app.use(router.routes());
const server = app.listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, ['GET /api/orders/1']);
  server.close();
});
