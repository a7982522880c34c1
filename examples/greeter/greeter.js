// An ordinary HTTP service that knows nothing of tracing, for deploy/compose.yaml: greets whom another one names.
const http = require('node:http');

const { NAMES_URL, PORT = '3000' } = process.env;

const server = http.createServer(async (_request, response) => {
  if (!NAMES_URL) return response.end('world');
  try {
    const answer = await fetch(NAMES_URL);
    response.end(`hello ${await answer.text()}\n`);
  } catch (error) {
    response.statusCode = 502;
    response.end(`${error.message}\n`);
  }
});
server.listen(Number(PORT), () => console.log(`listening ${server.address().port}`));

process.on('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
