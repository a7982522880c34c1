// An ES module's import of Connect.
import http from 'node:http';
import connect from 'connect';
import { askAll } from '../../support/ask.cjs';

const app = connect();
app.use('/orders', (_req, res) => res.end('orders'));
const server = http.createServer(app).listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, ['GET /orders/1']);
  server.close();
});
