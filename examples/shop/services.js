// Finds the shop's PostgreSQL and Redis, or brings its own for as long as the demo runs.
const { spawn } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const net = require('node:net');

/** Whether something accepts a TCP connection there. */
function reachable(host, port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1000 });
    const answer = (yes) => {
      socket.destroy();
      resolve(yes);
    };
    socket.on('connect', () => answer(true));
    socket.on('error', () => answer(false));
    socket.on('timeout', () => answer(false));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Environment for `pg`, and how to stop what was started. A server that can't be used counts as none. */
async function postgres() {
  const host = process.env.PGHOST ?? '127.0.0.1';
  const port = Number(process.env.PGPORT ?? 5432);
  if (host.startsWith('/') || (await reachable(host, port))) {
    const env = {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: process.env.PGUSER ?? 'postgres',
      PGDATABASE: process.env.PGDATABASE ?? 'postgres',
      ...(process.env.PGPASSWORD ? { PGPASSWORD: process.env.PGPASSWORD } : {}),
    };
    try {
      return { ...(await inOwnSchema(env)), name: `PostgreSQL at ${host}:${port}` };
    } catch (error) {
      console.log(`PostgreSQL at ${host}:${port} can't be used (${error.message}); using an embedded one`);
    }
  }
  const { PGlite } = require('@electric-sql/pglite');
  const { PGLiteSocketServer } = require('@electric-sql/pglite-socket');
  const db = await PGlite.create();
  const own = await freePort();
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: own, maxConnections: 20 });
  await server.start();
  return {
    env: {
      PGHOST: '127.0.0.1',
      PGPORT: String(own),
      PGUSER: 'postgres',
      PGDATABASE: 'postgres',
      PGSSLMODE: 'disable',
    },
    name: `an embedded PostgreSQL (PGlite) at 127.0.0.1:${own}`,
    async stop() {
      await server.stop();
      await db.close();
    },
  };
}

/** In a server that was there before: the shop opens with a full stock each time, and leaves nothing behind. */
async function inOwnSchema(env) {
  const schema = `shop_demo_${randomBytes(4).toString('hex')}`;
  await query(env, `CREATE SCHEMA ${schema}`);
  return {
    env: { ...env, PGOPTIONS: `${process.env.PGOPTIONS ?? ''} -c search_path=${schema}`.trim() },
    stop: () => query(env, `DROP SCHEMA ${schema} CASCADE`),
  };
}

async function redis() {
  const host = process.env.REDIS_HOST ?? '127.0.0.1';
  const port = Number(process.env.REDIS_PORT ?? 6379);
  if (await reachable(host, port)) {
    return {
      env: { REDIS_HOST: host, REDIS_PORT: String(port) },
      name: `Redis at ${host}:${port}`,
      stop: async () => {},
    };
  }
  const own = await freePort();
  const child = spawn('redis-server', ['--port', String(own), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'pipe',
  });
  const started = await new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', () => resolve(false));
    child.stdout.on('data', (text) => String(text).includes('eady to accept connections') && resolve(true));
  });
  if (!started) {
    return {
      // Empty, so that an inherited variable doesn't send the shop to a server that isn't there.
      env: { REDIS_PORT: '' },
      name: `no Redis (none at ${host}:${port}, no redis-server on PATH): that part is left out`,
      stop: async () => {},
    };
  }
  return {
    env: { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(own) },
    name: `a redis-server of its own at 127.0.0.1:${own}`,
    stop: () => new Promise((resolve) => child.on('exit', resolve).kill()),
  };
}

/** Makes the shop's tables, and puts in what it sells. */
async function prepareDatabase(env) {
  await query(
    env,
    `CREATE TABLE shop_products (id text PRIMARY KEY, price int NOT NULL);
     CREATE TABLE shop_orders (product text NOT NULL, price int NOT NULL);
     INSERT INTO shop_products VALUES ('mug', 9), ('shirt', 19), ('teapot', 29)`,
  );
}

async function query(env, statements) {
  const { Client } = require('pg');
  const client = new Client({
    host: env.PGHOST,
    port: Number(env.PGPORT),
    user: env.PGUSER,
    database: env.PGDATABASE,
    password: env.PGPASSWORD,
    options: env.PGOPTIONS,
  });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}

module.exports = { postgres, prepareDatabase, redis };
