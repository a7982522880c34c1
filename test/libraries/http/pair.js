// Shared by the fixtures of http and https: one front request from within which the back server is asked five times.
module.exports = function pair({ createServer, get, request }, protocol, serverOptions, clientOptions) {
  process.on('warning', (warning) => console.log('warning', warning.name, warning.message));

  const back = createServer(serverOptions, (incoming, response) => {
    response.setHeader('x-seen', incoming.headers['x-kept'] ?? 'none');
    response.end(incoming.url);
  });

  const front = createServer(serverOptions, (incoming, response) => {
    let body = '';
    ask(back, '/before');
    incoming.on('data', (chunk) => {
      if (body === '') ask(back, '/in-data');
      body += chunk;
    });
    incoming.on('end', () => {
      ask(back, '/in-end');
      response.on('finish', () => ask(back, '/in-finish'));
      response.on('close', () => ask(back, '/in-close'));
      response.statusCode = 201;
      response.end(`got ${body}`);
    });
  });

  let answered = 0;
  function ask(server, path) {
    const { port } = server.address();
    const url = `${protocol}//canary-user:canary-password@localhost:${port}${path}?token=canary-query#canary-hash`;
    const options = {
      ...clientOptions,
      headers: { 'x-kept': 'kept', authorization: 'canary-authorization', cookie: 'id=canary-cookie' },
    };
    get(url, options, (response) => {
      response.resume();
      response.on('end', () => {
        if (++answered === 5) finish();
      });
    });
  }
  function finish() {
    console.log('done');
    for (const server of [front, back]) {
      server.close();
      server.closeIdleConnections();
    }
  }

  back.listen(0, () => {
    front.listen(0, () => {
      const options = {
        ...clientOptions,
        host: 'localhost',
        port: front.address().port,
        method: 'POST',
        path: '/front?secret=canary-query&plain',
        headers: { 'user-agent': 'pair/1.0' },
      };
      const outgoing = request(options, (response) => {
        response.setEncoding('utf8');
        response.on('data', (chunk) => console.log(response.statusCode, chunk));
      });
      outgoing.write('first ');
      setTimeout(() => outgoing.end('last'), 20);
    });
  });
};
