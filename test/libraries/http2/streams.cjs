// Every way in which requests of HTTP/2 are made, answered and end, over one session and more. One scene after another.
const http2 = require('node:http2');
const { once } = require('node:events');

/** Unlike `once`, it takes an error for no end. */
const closed = (stream) => new Promise((resolve) => stream.on('close', resolve));

process.on('warning', (warning) => console.log('warning', warning.name, warning.message));

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR } = http2.constants;
let session;

const handlers = {
  '/plain': (_request, response) => response.end('plain'),
  '/fails': (_request, response) => response.writeHead(503).end(),
  '/unchanged': (_request, response) => response.writeHead(304).end(),
  // What listeners of the request and of the response ask for is below it.
  '/front': (request, response) => {
    request.on('data', () => session.request({ ':path': '/in-data' }).resume());
    request.on('end', () => {
      session.request({ ':path': '/in-end' }).resume();
      response.end('front');
    });
    response.on('finish', () => session.request({ ':path': '/in-finish' }).resume());
  },
  '/breaks': (_request, response) => {
    response.write('begun');
    setImmediate(() =>
      response.stream.destroy(Object.assign(new Error('canary-message'), { code: 'E_BROKEN' })),
    );
  },
  '/resets': (_request, response) => response.stream.close(NGHTTP2_INTERNAL_ERROR),
  '/endless': (_request, response) => response.write('begun'),
  '/silent': () => {},
  '/trailers': (_request, response) => {
    response.setTrailer('x-sum', '1');
    response.end('body');
  },
  '/last': (_request, response) => {
    response.end('last');
    response.stream.session.goaway();
  },
  '/drops': (_request, response) => {
    response.write('begun');
    setImmediate(() => response.stream.session.destroy());
  },
  '/headers': (request, response) => {
    const shown = [Object.keys(request), Object.keys(response), Reflect.ownKeys(response.stream)].flat();
    response.setHeader('x-answer', 'answer');
    response.end(`${/trac|span/i.test(String(shown.map(String)))} ${request.headers['x-own']}`);
  },
};
for (const path of ['/in-data', '/in-end', '/in-finish']) handlers[path] = handlers['/plain'];

const streams = {
  // A request that names a trace of its own: the server's span is in that one.
  '/own': (stream, headers) => {
    stream.respond({ ':status': 200 });
    stream.end(headers.traceparent.includes('c'.repeat(32)) ? 'kept' : 'replaced');
  },
  '/stream': (stream) => {
    stream.respond({ ':status': 201 });
    stream.write('a');
    setImmediate(() => stream.end('b'));
  },
  '/empty': (stream) => stream.respond({ ':status': 204 }, { endStream: true }),
  '/file': (stream) => stream.respondWithFile(__filename, { 'content-type': 'text/plain' }),
  '/pushes': (stream) => {
    stream.pushStream({ ':path': '/pushed' }, (_error, pushed) => {
      pushed.respond({ ':status': 200 });
      pushed.end('pushed');
    });
    stream.respond({ ':status': 200 });
    stream.end('pushes');
  },
};

const server = http2.createServer();
const held = new Set();
server.on('session', (each) => held.add(each));
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  if (headers[':method'] === 'CONNECT') {
    stream.respond({ ':status': 200 });
    stream.pipe(stream);
    return;
  }
  const path = headers[':path'].split('?')[0];
  streams[path]?.(stream, headers);
});
server.on('request', (request, response) => handlers[request.url.split('?')[0]]?.(request, response));
server.on('checkContinue', (request, response) => {
  response.writeContinue();
  request.resume().on('end', () => response.end('continued'));
});

async function ask(path, headers = {}, { body, act } = {}) {
  const stream = session.request({ ':path': path, ...headers }, { endStream: body === undefined && !act });
  let text = '';
  let status;
  stream.on('response', (answer) => {
    status = answer[':status'];
    act?.(stream);
  });
  stream.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  stream.on('error', (error) => (text += ` ${error.code}`));
  if (body !== undefined) stream.end(body);
  await closed(stream);
  console.log(path, status, path === '/file' ? text.length > 100 : text, stream.rstCode);
}
async function connect() {
  session?.close();
  session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  session.on('error', () => {});
  await once(session, 'connect');
}

server.listen(0, '127.0.0.1', async () => {
  await connect();
  await ask('/plain');
  await ask('/plain?token=canary-query', { ':method': 'HEAD' });
  await ask('/unchanged');
  await ask('/fails');
  await ask('/front', { ':method': 'POST' }, { body: 'canary-body' });
  await ask('/headers', { 'x-own': 'own', authorization: 'canary-authorization' });
  await ask('/expects', { ':method': 'PUT', expect: '100-continue' }, { body: 'x' });
  await ask('/stream');
  await ask('/empty');
  await ask('/file');
  await ask('/trailers', { ':method': 'BREW' });
  session.on('stream', (pushed) => pushed.resume());
  await ask('/pushes');
  await ask('/breaks');
  await ask('/resets');
  await ask('/endless', {}, { act: (stream) => stream.close(NGHTTP2_CANCEL) });
  await ask('/endless', {}, { act: (stream) => stream.close(NGHTTP2_INTERNAL_ERROR) });
  const stop = new AbortController();
  const aborted = session.request({ ':path': '/silent' }, { signal: stop.signal });
  server.once('stream', () => setImmediate(() => stop.abort()));
  aborted.on('error', (error) => console.log('aborted', error.name));
  await closed(aborted);
  await ask('/own', { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01` });
  const tunnel = session.request({ ':method': 'CONNECT', ':authority': 'db.example:5432' });
  await once(tunnel, 'response');
  tunnel.end('through').resume();
  await closed(tunnel);
  await ask('/last');
  await connect();
  await ask('/drops');
  try {
    // From Node 26 on the stream tells it, before that the call throws.
    const late = session.request({ ':path': '/too-late' });
    await new Promise((_, reject) => late.on('error', reject));
  } catch (error) {
    console.log('too late', error.code);
  }
  const refused = http2.connect('http://127.0.0.1:1');
  refused.on('error', (error) => console.log('session', error.code));
  const unsent = refused.request({ ':path': '/refused' });
  unsent.on('error', (error) => console.log('refused', error.code));
  await closed(unsent);
  try {
    session.request('nonsense');
  } catch (error) {
    console.log('nonsense', error.code);
  }
  for (const each of held) each.destroy();
  server.close();
});
