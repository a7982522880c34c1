// An application that speaks HTTP/1 alone: is http2 loaded?
const http = require('node:http');
const server = http
  .createServer((_request, response) => response.end())
  .listen(0, '127.0.0.1', () => {
    http.get({ port: server.address().port, agent: false }, (response) => {
      response.resume().on('end', () => {
        server.close();
        const loaded = process.moduleLoadList.filter((name) => name.includes('http2'));
        console.log(loaded.length, typeof http._connectionListener);
      });
    });
  });
