// What nobody should give to a web framework, argument 1: paths that are none, and handlers that are odd functions, throw
// odd values or return odd promises; prints what the application itself sees.
const { createServer } = require('node:http');
const { askAll } = require('../../support/ask.cjs');

const hostile = (target, ...traps) =>
  new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, refuse])));
function refuse() {
  throw new RangeError('canary trap');
}

const paths = {
  symbol: Symbol('path'),
  number: 5,
  null: null,
  undefined,
  object: {},
  proxy: new Proxy({}, {}),
  refusing: hostile({}, 'get', 'has', 'getPrototypeOf', 'ownKeys'),
  array: ['/array/:x', ['/nested/:x', /^\/regexp\/(\d+)$/]],
  wrongArray: ['/a', Symbol('b')],
  refusingArray: hostile(['/c'], 'get'),
  regexp: /^\/(?<name>only-regexp)$/u,
  refusingRegExp: hostile(/^\/d$/, 'get'),
  text: new String('/text/:x'),
  empty: '',
  broken: '/broken/:',
  percent: '/percent/%zz',
};

/** By path: handlers that all answer, or fail in a way of their own. */
const handlers = (answer) => ({
  bound: function bound(...args) {
    return answer(...args);
  }.bind(null),
  proxied: new Proxy(function proxied(...args) {
    return answer(...args);
  }, {}),
  'hidden-keys': hostile((...args) => answer(...args), 'ownKeys', 'getOwnPropertyDescriptor'),
  named: Object.defineProperty((...args) => answer(...args), 'name', { get: refuse }),
  'symbol-named': Object.defineProperty((...args) => answer(...args), 'name', { value: Symbol('name') }),
  frozen: Object.freeze((...args) => answer(...args)),
  counted: Object.defineProperty((...args) => answer(...args), 'length', { value: 2 }),
  bare: Object.setPrototypeOf((...args) => answer(...args), null),
  'throws-nothing': () => {
    throw undefined;
  },
  'throws-null': () => {
    throw null;
  },
  'throws-symbol': () => {
    throw Symbol('canary');
  },
  'throws-frozen': () => {
    throw Object.freeze(new TypeError('canary'));
  },
  'throws-refusing': () => {
    throw hostile(new Error('canary'), 'get', 'getPrototypeOf', 'has', 'getOwnPropertyDescriptor');
  },
  'thenable-once': (...args) => {
    let asked = 0;
    // biome-ignore lint/suspicious/noThenProperty: on purpose
    return { then: (done) => done(answer(...args, ++asked)) };
  },
});
const requests = Object.keys(handlers()).map((name) => `GET /${name}`);
const more = [
  'GET /array/1',
  'GET /nested/2',
  'GET /regexp/3',
  'GET /only-regexp',
  'GET /text/4',
  'GET /nowhere',
];

/** Calls `register` for each odd path and handler, and says how it went. */
function registerAll(register, answer) {
  for (const [name, path] of Object.entries(paths)) attempt(`path ${name}`, () => register(path, answer));
  registerHandlers(register, answer);
}

function registerHandlers(register, answer) {
  for (const [name, handler] of Object.entries(handlers(answer)))
    attempt(`handler ${name}`, () => register(`/${name}`, handler));
}

function registerWrong(register) {
  for (const handler of [null, 5, {}, Symbol('handler'), [[]]])
    attempt(`handler ${String(typeof handler)}`, () => register('/wrong', handler));
}

function attempt(what, act) {
  try {
    act();
    console.log(what, 'taken');
  } catch (error) {
    console.log(what, String(error?.constructor?.name), String(error?.message).split('\n')[0]);
  }
}

/** For a framework that takes only functions with so many parameters. */
function withLength(handler, value) {
  try {
    return Object.defineProperty(handler, 'length', { value });
  } catch {
    return handler;
  }
}

/** For what an error handler gets: only what doesn't touch it. */
const shown = (error) => (error === null ? 'null' : typeof error);

/** @param skipped what the framework itself fails at, so that no answer comes */
const asked = (skipped) => [...requests, ...more].filter((each) => !skipped?.test(each));

async function ask(server, skipped) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  await askAll(server.address().port, asked(skipped));
  server.close();
}

const frameworks = {
  async express(library) {
    const express = require(library);
    const application = express();
    const get = (path, handler) => application.get(path, handler);
    registerAll(get, (_request, response) => response.end('answer'));
    registerWrong(get);
    const use = (path, handler) => application.use(path, handler);
    registerAll(use, (_request, _response, next) => next());
    registerWrong(use);
    application.use((error, _request, response, _next) => response.status(500).end(shown(error)));
    application.use((_request, response) => response.status(404).end('none'));
    // Version 4 doesn't look at what a handler returns.
    await ask(createServer(application), /thenable/);
  },
  async router(library) {
    const router = require(library)();
    const get = (path, handler) => router.get(path, handler);
    registerAll(get, (_request, response) => response.end('answer'));
    registerWrong(get);
    const end = (response) => (error) => response.writeHead(error ? 500 : 404).end(shown(error));
    await ask(
      createServer((request, response) => router(request, response, end(response))),
      /thenable/,
    );
  },
  async koa(library) {
    const Koa = require(library);
    const exported = require('@koa/router');
    const Router = exported.Router ?? exported;
    const application = new Koa();
    application.silent = true;
    application.use(async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        ctx.status = 500;
        ctx.body = shown(error);
      }
    });
    const below = (name, middleware) => {
      const own = new Koa();
      own.silent = true;
      own.use(middleware);
      application.use(mount(`/below${name}`, own));
    };
    const mount = require('koa-mount');
    registerHandlers(below, (ctx) => {
      ctx.body = 'answer';
    });
    registerWrong((_path, middleware) => application.use(middleware));
    const answer = (ctx) => {
      ctx.body = 'answer';
    };
    const router = new Router();
    registerHandlers((path, handler) => router.get(path, handler), answer);
    registerWrong((path, handler) => router.get(path, handler));
    application.use(router.routes());
    // One path that fails while it is matched fails all requests that come to its router.
    const second = new Router();
    registerAll((path, handler) => second.get(path, handler), answer);
    application.use(second.routes());
    const server = createServer(application.callback());
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    await askAll(server.address().port, asked());
    await askAll(
      server.address().port,
      requests.map((each) => each.replace('/', '/below/')),
    );
    server.close();
  },
  async fastify(library) {
    const application = require(library)();
    const get = (path, handler) => application.get(path, handler);
    registerAll(get, (_request, reply) => reply.send('answer'));
    registerWrong(get);
    const first = (_request, _reply, done) => done();
    application.addHook('onRequest', new Proxy(first, {}));
    application.addHook('preHandler', Object.freeze(first));
    application.addHook('preHandler', hostile(first, 'ownKeys'));
    application.setErrorHandler((error, _request, reply) => reply.code(500).send(shown(error)));
    await application.listen({ port: 0, host: '127.0.0.1' });
    await askAll(application.server.address().port, asked(/throws-nothing/));
    await application.close();
  },
  async 'find-my-way'(library) {
    const router = require(library)({
      defaultRoute: (_request, response) => response.writeHead(404).end('none'),
    });
    const get = (path, handler) => router.get(path, handler);
    registerAll(get, (_request, response) => void response.end('answer'));
    registerWrong(get);
    const server = createServer(async (request, response) => {
      try {
        await router.lookup(request, response);
      } catch (error) {
        response.writeHead(500).end(shown(error));
      }
    });
    await ask(server);
  },
  async hono(library) {
    const { Hono } = require(library);
    const { serve } = require('@hono/node-server');
    const application = new Hono();
    application.onError((error, c) => c.text(shown(error), 500));
    const get = (path, handler) => application.get(path, handler);
    for (const path of ['/array/:x', '/regexp/:x{[0-9]+}', ['/nested/:x', '/text/:x']])
      attempt(`path ${path}`, () => application.on('GET', path, (c) => c.text('answer')));
    registerHandlers(get, (c) => c.text('answer'));
    registerWrong(get);
    await new Promise((resolve) => {
      const server = serve({ fetch: application.fetch, port: 0, hostname: '127.0.0.1' }, async ({ port }) => {
        // What is no error goes to the server, whose own output shows where it came from.
        await askAll(port, asked(/throws-(nothing|null|symbol|refusing)|thenable/));
        server.close(resolve);
      });
    });
  },
  async hapi(library) {
    const server = require(library).server({ host: '127.0.0.1', port: 0, debug: false });
    const route = (path, handler) => server.route({ method: 'GET', path, handler });
    registerAll(route, () => 'answer');
    registerWrong(route);
    await server.start();
    await askAll(server.info.port, asked(/throws-refusing/));
    await server.stop();
  },
  async connect(library) {
    const application = require(library)();
    registerHandlers(
      (path, handler) => application.use(path, handler),
      (_request, response) => response.end('answer'),
    );
    application.use((error, _request, response, _next) => {
      response.statusCode = 500;
      response.end(shown(error));
    });
    await ask(createServer(application), /thenable/);
  },
  async restify(library) {
    const server = require(library).createServer({ handleUncaughtExceptions: true });
    const get = (path, handler) => server.get(path, handler);
    const answer = (_request, response, next) => {
      response.send('answer');
      next();
    };
    registerAll((path, handler) => get(path, withLength(handler, 3)), answer);
    registerWrong(get);
    const pass = (_request, _response, next) => next();
    server.use(new Proxy(pass, {}), withLength(pass.bind(null), 3));
    registerWrong((_path, handler) => server.use(handler));
    registerWrong((_path, handler) => server.pre(handler));
    server.on('uncaughtException', (_request, response, _route, error) => response.send(500, shown(error)));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    // Node's domains, which restify catches by, write into what is thrown.
    await askAll(server.address().port, asked(/throws-(frozen|refusing)/));
    server.close();
  },
};

const [, , framework, library] = process.argv;
frameworks[framework](library);
