// Every way in which Fastify routes a request; prints what the application itself sees.
const { askAll } = require('../../support/ask.cjs');
const fastify = require(process.env.LIBRARY);

const app = fastify({ exposeHeadRoutes: true });
const seen = [];
app.addHook('onRoute', ({ method, url, handler }) => seen.push([method, url, handler.name, handler.length]));
app.addHook('onRequest', function first(_request, _reply, done) {
  setTimeout(done, 1);
});
app.addHook('preHandler', async function second(request) {
  if (request.query.refused) throw Object.assign(new Error('refused'), { statusCode: 403 });
});
app.addHook('onSend', (_request, _reply, payload, done) => done(null, payload));

app.get('/', (_request, reply) => reply.send('root'));
app.get('/orders/:id', async function order(request) {
  return `order ${request.params.id} ${this === app} ${request.routerPath ?? request.routeOptions?.url}`;
});
app.get('/optional/:id?', async (request) => `optional ${request.params.id}`);
app.get('/regex/:file(^\\d+).png', async (request) => request.params.file);
app.get('/wild/*', async (request) => request.params['*']);
app.route({
  method: ['POST', 'PUT'],
  url: '/both',
  preHandler: [
    function own(_request, _reply, done) {
      done();
    },
  ],
  handler: async () => 'both',
});
app.get('/throws', () => {
  throw new Error('canary');
});
app.get('/rejects', async () => {
  throw 'not an error';
});
app.get('/later', (_request, reply) => {
  setTimeout(() => reply.send('later'), 2);
});
app.register(
  async (api) => {
    api.get('/', async () => 'api');
    api.get('/users/:id', async (request) => request.params.id);
    api.register(
      async (deep) => {
        deep.get('/:x', async (request) => `${request.params.side} ${request.params.x}`);
        deep.setNotFoundHandler((_request, reply) => reply.code(404).send('not in deep'));
      },
      { prefix: '/deep/:side' },
    );
  },
  { prefix: '/api' },
);
app.setErrorHandler((error, _request, reply) => {
  const what = error instanceof Error ? error.constructor.name : String(error);
  return reply.code(error?.statusCode ?? 500).send(what);
});

app.listen({ port: 0, host: '127.0.0.1' }, async () => {
  await askAll(app.server.address().port, [
    'GET /',
    'GET /orders/7?token=canary',
    'HEAD /orders/8',
    'GET /orders/9?refused=1',
    'GET /optional',
    'GET /optional/1',
    'GET /regex/12.png',
    'GET /wild/a/b',
    'POST /both',
    'PUT /both',
    'GET /throws',
    'GET /rejects',
    'GET /later',
    'GET /api',
    'GET /api/users/1',
    'GET /api/deep/left/3',
    'GET /api/deep/left/3/4',
    'GET /nowhere/5',
    'GET /bad/%zz',
  ]);
  console.log(JSON.stringify(seen));
  await app.close();
});
