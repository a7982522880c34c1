// One small application for each library, argument 1, as its users write it: what fails fails on purpose.
const { trace } = require('@opentelemetry/api');

const { env } = process;
const KEY = `contrib-comparison ${process.pid}`;
const mysqlSettings = {
  host: env.MYSQL_HOST,
  port: Number(env.MYSQL_PORT),
  user: env.MYSQL_USER,
  password: env.MYSQL_PASSWORD,
  database: env.MYSQL_DATABASE,
};
/** Waits for a function that calls back; its error is no failure. */
const called = (start) => new Promise((resolve) => start((_error, value) => resolve(value)));
const failing = (promise) => promise.catch(() => {});

/** Asks a server for each path, one after the other, by Node's own client. */
async function ask(port, ...paths) {
  const http = require('node:http');
  for (const path of paths) {
    await new Promise((resolve) =>
      http.get({ host: '127.0.0.1', port, path, agent: false }, (response) =>
        response.resume().on('end', resolve),
      ),
    );
  }
}

/** As `ask`, of a server that is then closed. */
async function serve(server, ...paths) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  await ask(server.address().port, ...paths);
  await new Promise((resolve) => server.close(resolve));
}

const applications = {
  async http() {
    const http = require('node:http');
    const server = http.createServer((request, response) => {
      response.statusCode = request.url === '/bad' ? 500 : request.url === '/none' ? 404 : 200;
      response.end('ok');
    });
    await serve(server, '/good?key=value', '/none', '/bad');
    await new Promise((resolve) => http.get({ host: '127.0.0.1', port: 1 }).on('error', resolve));
  },
  async undici() {
    const http = require('node:http');
    const server = http.createServer((request, response) => {
      response.statusCode = request.url === '/bad' ? 500 : 200;
      response.end('ok');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${server.address().port}`;
    const headers = { connection: 'close' };
    await (await fetch(`${base}/good?key=value`, { headers })).text();
    await (await fetch(`${base}/bad`, { method: 'POST', body: 'sent', headers })).text();
    await new Promise((resolve) => server.close(resolve));
    await failing(fetch(base, { headers }));
  },
  async express() {
    const express = require('express');
    const application = express();
    const router = express.Router();
    router.get('/:id', (_request, response) => response.end('ok'));
    application.use('/things', router);
    await serve(require('node:http').createServer(application), '/things/1', '/none');
  },
  async hapi() {
    const server = require('@hapi/hapi').server({ host: '127.0.0.1', port: 0 });
    server.route({ method: 'GET', path: '/things/{id}', handler: () => 'ok' });
    await server.start();
    await ask(server.info.port, '/things/1', '/none');
    await server.stop();
  },
  async restify() {
    const server = require('restify').createServer();
    server.get('/things/:id', (_request, response, next) => {
      response.send('ok');
      next();
    });
    await serve(server, '/things/1', '/none');
  },
  async koa() {
    const Koa = require('koa');
    const exported = require('@koa/router');
    const Router = exported.Router ?? exported;
    const router = new Router();
    router.get('/things/:id', (ctx) => {
      ctx.body = 'ok';
    });
    router.get('/bad', () => {
      throw new Error('bad');
    });
    const application = new Koa();
    application.silent = true;
    application.use(async function first(_ctx, next) {
      await next();
    });
    application.use(router.routes());
    await serve(require('node:http').createServer(application.callback()), '/things/1', '/bad', '/none');
  },
  async fastify() {
    const application = require('fastify')();
    application.addHook('preHandler', async function first() {});
    application.get('/things/:id', async function thing() {
      return 'ok';
    });
    application.get('/bad', async function bad() {
      throw new Error('bad');
    });
    await application.listen({ port: 0, host: '127.0.0.1' });
    await ask(application.server.address().port, '/things/1', '/bad', '/none');
    await application.close();
  },
  async nestjs() {
    const { realpathSync } = require('node:fs');
    const { createRequire } = require('node:module');
    const its = createRequire(realpathSync(require.resolve('nest11/package.json')));
    its('reflect-metadata');
    const { Controller, Get, Module } = its('@nestjs/common');
    class Things {
      async find() {
        return 'ok';
      }
      async fail() {
        throw new Error('bad');
      }
    }
    const decorate = (name, path) =>
      Get(path)(Things.prototype, name, Object.getOwnPropertyDescriptor(Things.prototype, name));
    decorate('find', ':id');
    decorate('fail', 'fail/now');
    Controller('things')(Things);
    class Application {}
    Module({ controllers: [Things] })(Application);
    const application = await its('@nestjs/core').NestFactory.create(Application, { logger: false });
    await application.listen(0, '127.0.0.1');
    await ask(application.getHttpServer().address().port, '/things/1', '/things/fail/now', '/none');
    await application.close();
  },
  async ioredis() {
    const Redis = require('ioredis');
    const redis = new Redis({ host: env.REDIS_HOST, port: Number(env.REDIS_PORT), lazyConnect: true });
    await redis.connect();
    await redis.set(KEY, 'value');
    await redis.get(KEY);
    await failing(redis.lpush(KEY, 'element'));
    await redis.pipeline().get(KEY).del(KEY).exec();
    await redis.multi().get(KEY).del(KEY).exec();
    await redis.quit();
  },
  async redis() {
    const { createClient } = require('redis');
    const redis = createClient({ socket: { host: env.REDIS_HOST, port: Number(env.REDIS_PORT) } });
    await redis.connect();
    await redis.set(KEY, 'value');
    await redis.get(KEY);
    await failing(redis.lPush(KEY, 'element'));
    await redis.multi().get(KEY).del(KEY).exec();
    await redis.close();
  },
  async pg() {
    const { Pool } = require('pg');
    const pool = new Pool({ max: 1 });
    await pool.query('CREATE TEMP TABLE birds (id int PRIMARY KEY, name text)');
    await pool.query('INSERT INTO birds VALUES ($1, $2)', [1, 'owl']);
    await pool.query("SELECT name FROM birds WHERE name = 'owl'");
    await called((done) => pool.query('SELECT * FROM missing', done));
    await failing(pool.query('INSERT INTO birds VALUES ($1, $2)', [1, 'owl']));
    await pool.end();
  },
  async mysql2() {
    const pool = require('mysql2').createPool({ ...mysqlSettings, connectionLimit: 1 });
    await called((done) => pool.query('CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)', done));
    await pool.promise().execute('INSERT INTO birds VALUES (?, ?)', [1, 'owl']);
    await pool.promise().query("SELECT name FROM birds WHERE name = 'owl'");
    await called((done) => pool.query('SELECT * FROM missing', done));
    await called((done) => pool.end(done));
  },
  async tedious() {
    const { Connection, Request, TYPES } = require('tedious');
    const server = await require('../tedious/tds-server.cjs').listen();
    const connection = new Connection({
      server: '127.0.0.1',
      options: { port: server.address().port, encrypt: false, database: 'birds' },
      authentication: { type: 'default', options: { userName: 'robin', password: 'secret' } },
    });
    await called((done) => connection.connect(done));
    const run = (method, sql) =>
      called((done) => {
        const request = new Request(sql, done);
        if (method !== 'execSqlBatch') request.addParameter('name', TYPES.NVarChar, 'owl');
        connection[method](request);
      });
    await run('execSql', 'SELECT 1 AS one FROM birds WHERE name = @name');
    await run('execSqlBatch', "SELECT 1 AS one FROM birds WHERE name = 'owl'");
    await run('callProcedure', 'sp_birds');
    await run('execSql', 'SELECT 1 FROM missing WHERE name = @name');
    connection.close();
    server.close();
  },
  async mysql() {
    const pool = require('mysql').createPool({ ...mysqlSettings, connectionLimit: 1 });
    await called((done) => pool.query('CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)', done));
    await called((done) => pool.query('INSERT INTO birds VALUES (?, ?)', [1, 'owl'], done));
    await called((done) => pool.query("SELECT name FROM birds WHERE name = 'owl'", done));
    await called((done) => pool.query('SELECT * FROM missing', done));
    await called((done) => pool.end(done));
  },
};

trace.getTracer('application').startActiveSpan('root', async (span) => {
  await applications[process.argv[2]]();
  span.end();
});
