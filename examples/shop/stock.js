// The stock service: plain node:http, called by the shop.
const http = require('node:http');
const { Pool } = require('pg');

const pool = new Pool({ max: 4 });

const server = http.createServer(async (request, response) => {
  try {
    const product = request.url.split('/')[2];
    const { rows } = await pool.query('SELECT count(*)::int AS sold FROM shop_orders WHERE product = $1', [
      product,
    ]);
    if (product === 'teapot') throw new Error('teapots are not counted');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ left: 1000 - rows[0].sold }));
  } catch {
    response.statusCode = 500;
    response.end('{}');
  }
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));

process.on('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
  pool.end();
});
