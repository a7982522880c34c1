// Every way in which hapi routes a request; prints what the application itself sees.
const { askAll } = require('../../support/ask.cjs');
const Hapi = require(process.env.LIBRARY);

async function main() {
  const server = Hapi.server({ port: 0, host: '127.0.0.1', debug: false });
  server.auth.scheme('door', () => ({
    authenticate: function door(request, h) {
      if (request.query.refused) return h.response('refused').code(401).takeover();
      return h.authenticated({ credentials: {} });
    },
  }));
  server.auth.strategy('door', 'door');
  server.ext('onPreHandler', (_request, h) => h.continue);
  server.ext('onPreResponse', function last(request, h) {
    return request.path === '/overruled' ? h.response('overruled').code(200) : h.continue;
  });
  server.route([
    { method: 'GET', path: '/', handler: () => 'root' },
    {
      method: 'GET',
      path: '/orders/{id}',
      options: {
        auth: 'door',
        bind: { bound: true },
        pre: [
          {
            method: async function look() {
              return 'looked';
            },
            assign: 'look',
          },
        ],
        handler: async function order(request) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return `order ${request.params.id} ${request.pre.look} ${this.bound}`;
        },
      },
    },
    { method: 'GET', path: '/optional/{id?}', handler: () => 'optional' },
    { method: 'GET', path: '/files/{path*}', handler: (request) => request.params.path },
    { method: ['POST', 'PUT'], path: '/both', handler: () => 'both' },
    { method: '*', path: '/any', handler: (request) => request.method },
    {
      method: 'GET',
      path: '/throws',
      handler: () => {
        throw new Error('canary');
      },
    },
    { method: 'GET', path: '/rejects', handler: () => Promise.reject('not an error') },
    { method: 'GET', path: '/nothing', handler: function nothing() {} },
    { method: 'GET', path: '/cors', options: { cors: true }, handler: () => 'cors' },
  ]);
  await server.register(
    {
      name: 'api',
      register: (api) =>
        api.route({ method: 'GET', path: '/users/{id}', handler: (request) => request.params.id }),
    },
    { routes: { prefix: '/api' } },
  );
  await server.start();
  await askAll(server.info.port, [
    'GET /',
    'GET /orders/7?token=canary',
    'HEAD /orders/8',
    'GET /orders/9?refused=1',
    'GET /optional',
    'GET /files/a/b',
    'POST /both',
    'PUT /both',
    'PATCH /any',
    'GET /throws',
    'GET /rejects',
    'GET /nothing',
    'GET /api/users/1',
    'GET /overruled',
    'GET /nowhere/5',
    'GET /bad/%zz',
    'OPTIONS /cors',
  ]);
  await server.stop();
}
main();
