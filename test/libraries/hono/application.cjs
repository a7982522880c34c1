// Every way in which Hono routes a request, for its CommonJS and its ES module build.
const { askAll } = require('../../support/ask.cjs');

exports.run = function run({ Hono, serve }) {
  const app = new Hono();
  app.use(async (_c, next) => {
    await next();
  });
  app.use('/orders/*', async function guard(c, next) {
    if (c.req.query('refused')) return c.text('refused', 403);
    await next();
  });
  app.get('/', (c) => c.text('root'));
  app.get('/orders/:id', async function order(c) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return c.text(`order ${c.req.param('id')}`);
  });
  app.get(
    '/checked/:id',
    (_c, next) => next(),
    (c) => c.text('checked'),
  );
  // Both fit: the first one answers.
  app.get('/people/:id', (c) => c.text(`person ${c.req.param('id')}`));
  app.get('/people/me', (c) => c.text('me'));
  app.get('/optional/:id?', (c) => c.text('optional'));
  app.get('/digits/:id{[0-9]+}', (c) => c.text('digits'));
  app.get('/wild/*', (c) => c.text('wild'));
  app.on(['PUT', 'DELETE'], ['/one', '/two'], (c) => c.text('list'));
  app.all('/any', (c) => c.text('any'));
  app.get('/throws', () => {
    throw new Error('canary');
  });
  app.get('/rejects', async () => {
    throw Object.assign(new TypeError('canary'), { status: 1 });
  });
  const pets = new Hono();
  pets.onError((_error, c) => c.text('pets failed', 500));
  pets.get('/:pet', (c) =>
    c.req.param('pet') === 'none' ? Promise.reject(new Error('canary')) : c.text('pet'),
  );
  const users = new Hono().basePath('/users');
  users.get('/:user', (c) => c.text(c.req.param('user')));
  users.route('/:user/pets', pets);
  app.route('/api', users);
  app.onError((error, c) => c.text(error.constructor.name, 500));
  console.log(
    app.routes
      .map(({ method, path, handler }) => [method, path, handler.name, handler.length].join())
      .join(' '),
  );

  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, async ({ port }) => {
      await askAll(port, [
        'GET /',
        'GET /orders/7?token=canary',
        'HEAD /orders/8',
        'GET /orders/9?refused=1',
        'GET /checked/1',
        'GET /people/me',
        'GET /optional',
        'GET /digits/12',
        'GET /wild/a/b',
        'PUT /one',
        'DELETE /two',
        'PATCH /any',
        'GET /throws',
        'GET /rejects',
        'GET /api/users/ann',
        'GET /api/users/ann/pets/rex',
        'GET /api/users/ann/pets/none',
        'GET /nowhere/5',
      ]);
      server.close(resolve);
    });
  });
};
