// A session that is there before the agent, which is started in code.
const http2 = require('node:http2');
const { start } = require('../../../dist/index.js');
const server = http2.createServer((_request, response) => response.end('early'));
server.listen(0, '127.0.0.1', () => {
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  session.once('remoteSettings', () => {
    console.log(start());
    const stream = session.request({ ':path': '/early' });
    stream.resume().on('close', () => {
      session.close();
      server.close();
    });
  });
});
