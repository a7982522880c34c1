// Uses http in the same tick in which it loads, through https as well, and shows where an error's stack comes from.
const http = require('node:http');
const https = require('node:https');

const server = http.createServer((_request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port, host: '127.0.0.1', agent: false }, (response) => {
    response.resume().on('end', () => server.close());
  });
});
const asked = https.get({ host: '127.0.0.1', port: 1 }, () => {});
asked.on('error', (error) => console.log(error.code));
console.log(new Error('here').stack);
