// The shop: an ordinary Express application that knows nothing of tracing.
// One order reads a price from PostgreSQL (cached in Redis) and asks the stock service over HTTP.
const express = require('express');
const { Pool } = require('pg');
const Redis = require('ioredis');

const pool = new Pool({ max: 4 });
const redis = process.env.REDIS_PORT
  ? new Redis({ host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) })
  : undefined;
const app = express();

async function priceOf(product) {
  const cached = await redis?.get(`shop:price:${product}`);
  if (cached) return Number(cached);
  const { rows } = await pool.query('SELECT price FROM shop_products WHERE id = $1', [product]);
  if (rows.length === 0) return undefined;
  await redis?.set(`shop:price:${product}`, rows[0].price, 'EX', 60);
  return rows[0].price;
}

app.get('/orders/:product', async (request, response) => {
  const { product } = request.params;
  const price = await priceOf(product);
  if (price === undefined) return response.status(404).json({ error: 'no such product' });
  const answer = await fetch(`${process.env.STOCK_URL}/stock/${product}`);
  if (!answer.ok) return response.status(502).json({ error: 'the stock service failed' });
  const { left } = await answer.json();
  await pool.query('INSERT INTO shop_orders (product, price) VALUES ($1, $2)', [product, price]);
  response.json({ product, price, left });
});

const server = app.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

process.on('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
  redis?.disconnect();
  pool.end();
});
