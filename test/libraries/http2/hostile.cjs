// What an application may hand to `request` by mistake or on purpose, and what Node makes of it.
const http2 = require('node:http2');
const { once } = require('node:events');

const server = http2.createServer((request, response) => {
  response.end(`${request.headers['x-own']} ${request.headers.traceparent?.length}`);
});
server.listen(0, '127.0.0.1', async () => {
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const throwing = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('trap');
      },
    },
  );
  const getter = Object.defineProperty({}, 'x-own', {
    enumerable: true,
    get() {
      throw new Error('getter');
    },
  });
  const odd = [
    null,
    1,
    'text',
    [],
    ['x-own'],
    throwing,
    getter,
    { ':status': 200 },
    { connection: 'x' },
    { 'x-own': undefined },
  ];
  for (const headers of odd) {
    try {
      const stream = session.request(headers);
      const [answer] = await Promise.race([once(stream, 'response'), once(stream, 'close').then(() => [{}])]);
      console.log('took', answer[':status']);
      stream.resume();
    } catch (error) {
      console.log(error.code ?? error.message);
    }
  }
  const sensitive = { 'x-own': 'kept', [http2.sensitiveHeaders]: ['x-own'] };
  const stream = session.request(sensitive);
  stream
    .setEncoding('utf8')
    .on('data', (text) => console.log(text.split(' ')[0], stream.sentHeaders[http2.sensitiveHeaders]));
  await once(stream, 'close');
  console.log(
    Object.keys(sensitive).join(),
    session.request.name,
    session.request.length,
    Object.keys(http2).length,
  );
  server.emit('stream', null);
  server.emit('stream', {}, {});
  server.emit('request', { headers: {} }, { end() {} });
  session.close();
  server.close();
});
server.on('request', () => {});
server.removeAllListeners('stream');
server.on('stream', (stream, headers) => {
  stream?.respond?.({ ':status': 200 });
  stream?.end?.(`${headers['x-own']} ${headers.traceparent?.length}`);
});
