// A server that is asked what the arguments say, each `METHOD path header=value…`; prints the agent's decisions.
const http = require('node:http');
const net = require('node:net');
const { trace } = require('@opentelemetry/api');

const server = http.createServer((request, response) => {
  const span = trace.getActiveSpan();
  if (request.url.startsWith('/users/')) span.setAttribute('http.route', '/users/:id');
  if (request.url === '/error') response.statusCode = 500;
  trace.getTracer('app').startSpan('inner').end();
  setTimeout(() => response.end('ok'), request.url === '/slow' ? 120 : 0);
});
// Over a plain socket: a client's span would be the root of each trace.
const ask = (line) =>
  new Promise((resolve) => {
    const [method, path, ...headers] = line.split(' ');
    const lines = headers.map((each) => each.replace('=', ': '));
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.write(
      [`${method} ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n'),
    );
    socket.resume().on('close', resolve);
  });
server.listen(0, '127.0.0.1', async () => {
  for (const line of process.argv.slice(2)) await ask(line);
  const agent = require('../../..');
  await agent.forceFlush();
  const { droppedByTail, debugDenied } = agent.health();
  console.log(JSON.stringify({ decisions: agent.decisions(), droppedByTail, debugDenied }));
  server.close();
});
