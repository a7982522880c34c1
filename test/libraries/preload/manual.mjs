// The same from an ES module, with static imports.
import { createServer, get } from 'node:http';
import { trace } from '@opentelemetry/api';

const server = createServer((_request, response) => {
  trace.getTracer('manual').startSpan('inner').end();
  response.end('hello');
});
server.listen(0, '127.0.0.1', () => {
  get({ host: '127.0.0.1', port: server.address().port, agent: false }, (response) => {
    response.on('data', (text) => console.log(String(text)));
    response.on('end', () => server.close());
  });
});
