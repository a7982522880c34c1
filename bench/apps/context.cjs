// Each request of an http server in an AsyncLocalStorage of its own, and nothing else: what whoever follows a request
// through callbacks and promises makes Node.js keep account of.
const { AsyncLocalStorage } = require('node:async_hooks');
const { Server } = require('node:http');

const storage = new AsyncLocalStorage();
const { emit } = Server.prototype;
Server.prototype.emit = function (event) {
  if (event !== 'request') return emit.apply(this, arguments);
  return storage.run({}, () => emit.apply(this, arguments));
};
