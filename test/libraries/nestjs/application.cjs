// A NestJS application on Express or Fastify, decorated without a compiler; prints what the application itself sees.
const { askAll } = require('../../support/ask.cjs');

exports.run = async function run({ common, core, platform }) {
  const { Controller, Get, HttpException, Module, Param, Post, Req, VersioningType } = common;
  const Adapter = platform.FastifyAdapter ?? platform.ExpressAdapter;

  class OrdersController {
    list() {
      return 'orders';
    }
    async find(id) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return `order ${id}`;
    }
    create() {
      return 'created';
    }
    refuse() {
      throw new HttpException('refused', 403);
    }
    async fail() {
      throw new Error('canary');
    }
  }
  class NestedController {
    find(request) {
      return `${request.params.shop} ${request.params.id}`;
    }
  }

  function decorate(type, name, ...decorators) {
    const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
    for (const each of decorators) each(type.prototype, name, descriptor);
  }
  decorate(OrdersController, 'list', Get());
  decorate(OrdersController, 'find', Get(':id'));
  Param('id')(OrdersController.prototype, 'find', 0);
  decorate(OrdersController, 'create', Post(['/new', '/fresh']));
  decorate(OrdersController, 'refuse', Get('refuse/:why'));
  decorate(OrdersController, 'fail', Get('fail/now'));
  Controller({ path: 'orders', version: '1' })(OrdersController);
  decorate(NestedController, 'find', Get('items/:id'));
  Req()(NestedController.prototype, 'find', 0);
  Controller('shops/:shop')(NestedController);

  class AppModule {}
  Module({ controllers: [OrdersController, NestedController] })(AppModule);

  const app = await core.NestFactory.create(AppModule, new Adapter(), { logger: false });
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI });
  await app.listen(0, '127.0.0.1');
  await askAll(app.getHttpServer().address().port, [
    'GET /api/v1/orders',
    'GET /api/v1/orders/7?token=canary',
    'HEAD /api/v1/orders/8',
    'POST /api/v1/orders/new',
    'POST /api/v1/orders/fresh',
    'GET /api/v1/orders/refuse/me',
    'GET /api/v1/orders/fail/now',
    'GET /api/shops/2/items/3',
    'GET /api/nowhere',
  ]);
  await app.close();
};
