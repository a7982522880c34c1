// An ES module's import of hapi.
import Hapi from '@hapi/hapi';
import { askAll } from '../../support/ask.cjs';

const server = Hapi.server({ port: 0, host: '127.0.0.1' });
server.route({ method: 'GET', path: '/orders/{id}', handler: () => 'order' });
await server.start();
await askAll(server.info.port, ['GET /orders/1']);
await server.stop();
