// An ES module's imports of Fastify, the default and the named one.
import Fastify, { fastify } from 'fastify';
import { askAll } from '../../support/ask.cjs';

const app = Fastify();
app.get('/orders/:id', async () => `order ${fastify === Fastify}`);
await app.listen({ port: 0, host: '127.0.0.1' });
await askAll(app.server.address().port, ['GET /orders/1']);
await app.close();
