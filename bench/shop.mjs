// The data behind `order`: a table and as many keys, and the answers that must come out of them.
import { createRequire } from 'node:module';
import { exchange } from './load.mjs';
import { moveServices, parentOf } from './services.mjs';

const require = createRequire(import.meta.url);

/** Fills them under a name of its own, off the measured core where that can be done; `close` drops them. */
export async function startShop() {
  const { Client } = require('pg');
  const Redis = require('ioredis');
  const { env } = process;
  const postgres = {
    host: env.PGHOST || '127.0.0.1',
    port: Number(env.PGPORT || 5432),
    user: env.PGUSER || 'postgres',
    password: env.PGPASSWORD || '',
    database: env.PGDATABASE || 'test',
  };
  const redisAt = { host: env.REDIS_HOST || '127.0.0.1', port: Number(env.REDIS_PORT || 6379) };
  const table = `bench_orders_${process.pid}`;
  const client = new Client(postgres);
  await client.connect();
  const redis = new Redis(redisAt);
  await client.query(`CREATE TABLE ${table} (id int PRIMARY KEY, name text, price int)`);
  const exchanges = [];
  for (let id = 1; id <= 100; id++) {
    await client.query(`INSERT INTO ${table} VALUES ($1, $2, $3)`, [id, `mug ${id}`, id * 10]);
    await redis.set(`${table}:${id}`, id * 7);
    const body = JSON.stringify({ id, name: `mug ${id}`, price: id * 10, stock: id * 7 });
    exchanges.push(exchange(`/orders/${id}`, body));
  }
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const redisPid = Number(/^process_id:(\d+)/m.exec(await redis.info('server'))?.[1]);
  const { moved, back } = moveServices([
    // Of the connection's process, which the server started.
    { pid: parentOf(rows[0].pid), name: 'postgres' },
    { pid: redisPid, name: 'redis-server' },
  ]);
  return {
    exchanges,
    moved,
    task: { postgres, redis: redisAt, table },
    async close() {
      back();
      await client.query(`DROP TABLE ${table}`);
      await client.end();
      await redis.del(...exchanges.map((_, at) => `${table}:${at + 1}`));
      await redis.quit();
    },
  };
}
