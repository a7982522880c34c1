// Answers itself a fixed number of requests and prints the answers; needs no server but its own.
const http = require('node:http');

const rounds = Number(process.argv[2]);
const agent = new http.Agent({ keepAlive: true });
let port;

const ask = (path) =>
  new Promise((resolve, reject) => {
    http
      .get({ port, path, agent, host: '127.0.0.1' }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve(`${response.statusCode} ${text}`));
        response.on('error', reject);
      })
      .on('error', reject);
  });

const server = http.createServer((request, response) => {
  if (request.url === '/wrong') response.writeHead(500);
  // Its answer names none of the headers that the trace travels in.
  response.end(`${request.method} ${request.url} ${request.headers.host === undefined}`);
});

server.listen(0, '127.0.0.1', async () => {
  port = server.address().port;
  for (let round = 0; round < rounds; round++) {
    const answers = await Promise.all([ask(`/${round}`), ask('/wrong'), ask('/plain'), ask('/more')]);
    console.log(round, answers.join(' | '));
    console.error('round', round);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  agent.destroy();
  server.close();
});
