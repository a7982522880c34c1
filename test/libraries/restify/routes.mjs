// An ES module's import of restify.
import restify from 'restify';
import { askAll } from '../../support/ask.cjs';

const server = restify.createServer();
server.get('/orders/:id', (_req, res, next) => {
  res.send('order');
  next();
});
server.listen(0, '127.0.0.1', async () => {
  await askAll(server.address().port, ['GET /orders/1']);
  server.close();
});
