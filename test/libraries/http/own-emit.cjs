// Gives both classes of servers an `emit` of their own in the turn in which it loads them, as pm2 and New Relic do.
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const http = require('node:http');
const https = require('node:https');

const seen = [];
for (const { prototype } of [http.Server, https.Server]) {
  const original = prototype.emit;
  const emit = function emit(event) {
    if (event === 'request') seen.push(this.constructor.name);
    return original.apply(this, arguments);
  };
  emit.original = original;
  Object.defineProperty(prototype, 'emit', {
    value: emit,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

const pem = (name) => readFileSync(join(__dirname, '../https', `test-${name}.pem`));
const answer = (request, response) => response.end(request.url);

async function ask(module, options, path) {
  const server = module.createServer(options, answer).listen(0, 'localhost');
  await once(server, 'listening');
  const request = module.get({ port: server.address().port, path, rejectUnauthorized: false, agent: false });
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
  server.close();
  await once(server, 'close');
}

setImmediate(async () => {
  for (const { prototype } of [http.Server, https.Server, http.ServerResponse, http.IncomingMessage]) {
    const { emit } = prototype;
    const named = [];
    for (const key in prototype) if (key === 'emit') named.push(key);
    console.log(emit.name, emit.length, typeof emit.original, named.join(), prototype.constructor.name);
  }
  await ask(http, {}, '/plain');
  await ask(https, { key: pem('key'), cert: pem('cert') }, '/secure');
  console.log(seen.join());
});
