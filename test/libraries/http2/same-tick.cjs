// The first session and the first server, in the tick in which http2 is loaded; http was there before or not.
if (process.argv[2]) require(process.argv[2]);
const http2 = process.getBuiltinModule?.('http2') ?? require('node:http2');
const session = http2.connect('http://127.0.0.1:1');
session.on('error', () => {});
session
  .request({ ':path': '/refused' })
  .on('error', (error) => console.log(error.code))
  .on('close', () => {
    const server = http2.createServer((_request, response) => response.end('late'));
    server.listen(0, '127.0.0.1', () => {
      const next = http2.connect(`http://127.0.0.1:${server.address().port}`);
      const stream = next.request({ ':path': '/answered' });
      stream.resume().on('close', () => {
        next.close();
        server.close();
      });
    });
  });
