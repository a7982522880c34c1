// HTTP/2 over TLS by static import, on a server that takes HTTP/1 as well; and a request in the tick of the first import.
import { readFileSync } from 'node:fs';
import { connect, createSecureServer } from 'node:http2';
import { get } from 'node:https';

const pem = (name) => readFileSync(new URL(`../https/${name}`, import.meta.url));
const ca = pem('test-cert.pem');
const server = createSecureServer(
  { key: pem('test-key.pem'), cert: ca, allowHTTP1: true },
  (request, response) => {
    if (request.url !== '/front?token=canary-query') {
      response.end(`${request.httpVersion} ${request.url}`);
      return;
    }
    const inner = session.request({ ':path': '/inner' });
    inner.setEncoding('utf8').on('data', (text) => {
      get({ port, path: '/one', ca, agent: false, servername: 'localhost' }, (answer) => {
        answer.setEncoding('utf8').on('data', (more) => response.end(`${text}, ${more}`));
      });
    });
  },
);
await new Promise((resolve) => server.listen(0, 'localhost', resolve));
const { port } = server.address();
const session = connect(`https://localhost:${port}`, { ca });
const stream = session.request({ ':path': '/front?token=canary-query', 'user-agent': 'secure/1.0' });
stream.setEncoding('utf8').on('data', (text) => console.log(text));
stream.on('close', () => {
  session.close();
  server.close();
});
