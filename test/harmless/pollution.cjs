// Gets a request with hostile names in its headers, and says whether any prototype has changed.
const http = require('node:http');

const before = [Object.prototype, Array.prototype, Function.prototype].map(
  (each) => Reflect.ownKeys(each).length,
);
const server = http.createServer((_request, response) => response.end());
server.listen(0, '127.0.0.1', () => {
  const headers = {
    baggage: '__proto__=polluted,constructor=polluted',
    'uberctx-__proto__': 'polluted',
    'uberctx-constructor.prototype.polluted': 'polluted',
  };
  http.get(
    { port: server.address().port, path: '/?__proto__[polluted]=1', headers, agent: false },
    (response) => {
      response.resume().on('end', () => {
        const after = [Object.prototype, Array.prototype, Function.prototype].map(
          (each) => Reflect.ownKeys(each).length,
        );
        const clean = String(before) === String(after) && {}.polluted === undefined;
        console.log(clean ? 'clean' : 'polluted', response.statusCode);
        server.close();
      });
    },
  );
});
