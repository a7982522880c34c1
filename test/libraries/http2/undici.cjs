// undici from npm over HTTP/2, which it speaks through sessions of Node's.
const { readFileSync } = require('node:fs');
const { once } = require('node:events');
const { createSecureServer } = require('node:http2');
const { join } = require('node:path');
const { Agent, request } = require(process.argv[2]);

const pem = (name) => readFileSync(join(__dirname, '../https', name));
const server = createSecureServer({ key: pem('test-key.pem'), cert: pem('test-cert.pem') }, (asked, answer) =>
  answer.end(`${asked.httpVersion} ${asked.headers.traceparent?.length}`),
);
server.listen(0, 'localhost', async () => {
  const dispatcher = new Agent({ allowH2: true, connect: { ca: pem('test-cert.pem') } });
  const url = `https://localhost:${server.address().port}/over-two`;
  const { body } = await request(url, { dispatcher });
  console.log((await body.text()).split(' ')[0]);
  await dispatcher.destroy();
  server.close();
  await once(server, 'close');
});
