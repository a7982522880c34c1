// The shop of the bench: Express 5, a GET from Redis with ioredis, a SELECT from PostgreSQL with pg.
const express = require('express');
const Redis = require('ioredis');
const { Pool } = require('pg');
const { listening } = require('./measured.cjs');

const { redis: at, postgres, table } = JSON.parse(process.env.BENCH_TASK);
const redis = new Redis(at);
const pool = new Pool(postgres);
const app = express();
app.get('/orders/:id', async (request, response) => {
  const { id } = request.params;
  const stock = await redis.get(`${table}:${id}`);
  const { rows } = await pool.query(`SELECT id, name, price FROM ${table} WHERE id = $1`, [id]);
  response.json({ ...rows[0], stock: Number(stock) });
});
const server = app.listen(0, '127.0.0.1', () => listening(server.address().port));
// Connections stay open while other subjects have their turn.
server.keepAliveTimeout = 0;
