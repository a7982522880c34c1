// Makes the agent fail, by a seeded plan: what it calls of Node's, and what its hooks call of its own, throws now and
// then where a file of dist/ is the direct caller. Preloaded behind the agent; reports at the end what it did.
//   FAULT_SEED, FAULT_SHARE (of the calls that throw), FAULT_REPORT (a file), FAULT_FORGIVE (the clock runs ahead),
//   FAULT_BORDERS (a pattern for their names), FAULT_TRACE (a file for the stack of each failure)
const { join, sep } = require('node:path');
const { appendFileSync, writeFileSync } = require('node:fs');

const { FAULT_SEED, FAULT_SHARE, FAULT_REPORT, FAULT_FORGIVE, FAULT_BORDERS, FAULT_TRACE } = process.env;
const CODES = [
  'EINJECTED',
  'EMFILE',
  'ENOSPC',
  'EACCES',
  'EIO',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
];
const ours = join(__dirname, '..', '..', 'dist') + sep;
const borders = new RegExp(FAULT_BORDERS || '');
const injected = {};
let state = Number(FAULT_SEED);
let ahead = 0;
let armed = false;

/** Mulberry32: 0 to 1. */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

function calledByAgent(wrapper) {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 1;
  Error.prepareStackTrace = undefined;
  const at = {};
  Error.captureStackTrace(at, wrapper);
  const { stack } = at;
  Error.stackTraceLimit = stackTraceLimit;
  Error.prepareStackTrace = prepareStackTrace;
  // Its `startSpan` contains its own failures; a wrapper around that would stand outside of the border.
  return stack.includes(ours) && !stack.includes('startActiveSpan');
}

function fails(border, wrapper) {
  if (!armed || !borders.test(border) || !calledByAgent(wrapper) || random() >= Number(FAULT_SHARE))
    return false;
  injected[border] = (injected[border] ?? 0) + 1;
  if (FAULT_TRACE) {
    armed = false;
    appendFileSync(FAULT_TRACE, `${new Error(border).stack}\n`);
    armed = true;
  }
  // Failures of long ago are forgiven: so the agent's parts go on, and can fail again.
  if (FAULT_FORGIVE) ahead += 120_000;
  return true;
}

function failure(border) {
  return Object.assign(new Error(`injected into ${border}`), {
    code: CODES[Math.floor(random() * CODES.length)],
  });
}

function wrap(target, name, border, late) {
  const original = target?.[name];
  if (typeof original !== 'function') return;
  target[name] = function wrapper(...args) {
    if (fails(border, wrapper)) {
      const error = failure(border);
      // Some failures come later, by the callback.
      const callback = args.at(-1);
      if (!late || typeof callback !== 'function' || random() < 0.5) throw error;
      setImmediate(() => callback(error));
      return undefined;
    }
    return Reflect.apply(original, this, args);
  };
}

/** A request that can't be made, or breaks in a later tick. */
function wrapRequest(name) {
  const original = http[name];
  http[name] = function wrapper(...args) {
    if (!fails(`http.${name}`, wrapper)) return Reflect.apply(original, this, args);
    const error = failure(`http.${name}`);
    if (random() < 0.5) throw error;
    const request = Reflect.apply(original, this, args);
    setImmediate(() => request.destroy(error));
    return request;
  };
}

// The clocks first: the agent keeps some of them when its second half is read.
const now = performance.now.bind(performance);
performance.now = function wrapper() {
  if (fails('performance.now', wrapper)) throw new Error('injected into performance.now');
  return now() + ahead;
};
wrap(Date, 'now', 'Date.now');
wrap(globalThis, 'setTimeout', 'setTimeout');
wrap(globalThis, 'setImmediate', 'setImmediate');
wrap(globalThis, 'setInterval', 'setInterval');
wrap(globalThis, 'clearTimeout', 'clearTimeout');
wrap(JSON, 'stringify', 'JSON.stringify');
wrap(Buffer, 'allocUnsafeSlow', 'Buffer.allocUnsafeSlow');
for (const name of ['write', 'latin1Write', 'utf8Write', 'copy', 'toString'])
  wrap(Buffer.prototype, name, `Buffer#${name}`);
wrap(require('node:crypto'), 'randomFillSync', 'crypto.randomFillSync');
// By either the agent finds the active context, depending on Node's version.
wrap(require('node:async_hooks').AsyncLocalStorage.prototype, 'getStore', 'async_hooks');
wrap(require('node:async_hooks'), 'executionAsyncId', 'async_hooks');
for (const name of [
  ...['readFileSync', 'openSync', 'readSync', 'writeSync', 'writevSync', 'ftruncateSync', 'closeSync'],
  ...['mkdirSync', 'readdirSync', 'lstatSync', 'existsSync', 'renameSync', 'rmSync'],
])
  wrap(require('node:fs'), name, `fs.${name}`);
wrap(require('node:zlib'), 'gzip', 'zlib.gzip', true);
const http = require('node:http');
for (const name of ['request', 'get']) wrapRequest(name);
// Not `destroy`: nothing could let go of a request that can't be.
for (const name of ['end', 'setHeader']) wrap(http.ClientRequest.prototype, name, `ClientRequest#${name}`);
for (const name of ['resume']) wrap(http.IncomingMessage.prototype, name, `IncomingMessage#${name}`);
for (const name of ['ref', 'unref']) wrap(require('node:net').Socket.prototype, name, `net.Socket#${name}`);
const dgram = require('node:dgram');
wrap(dgram, 'createSocket', 'dgram.createSocket');
// Not `close`: nothing could let go of a socket that can neither be unreferenced nor closed.
for (const name of ['send', 'connect', 'ref', 'unref', 'address', 'remoteAddress'])
  wrap(dgram.Socket.prototype, name, `dgram.Socket#${name}`, name === 'send');
for (const name of ['getSendQueueCount', 'getSendBufferSize', 'setSendBufferSize'])
  wrap(dgram.Socket.prototype, name, `dgram.Socket#${name}`);
wrap(require('node:dns'), 'lookup', 'dns.lookup', true);

// What its hooks call of its own: tracer, spans, propagation, as the API's globals lead to them.
const api = globalThis[Symbol.for('opentelemetry.js.api.1')];
const tracer = api.trace.getTracer('injected');
const span = tracer.startSpan('injected');
for (const name of ['startSpan']) wrap(Object.getPrototypeOf(tracer), name, `Tracer#${name}`);
for (const name of ['setAttribute', 'setAttributes', 'setStatus', 'updateName', 'addEvent', 'spanContext'])
  wrap(Object.getPrototypeOf(span), name, `Span#${name}`);
span.end();
for (const name of ['inject', 'extract']) wrap(api.propagation, name, `propagation.${name}`);
armed = true;

process.on('exit', () => {
  armed = false;
  const agent = globalThis[Symbol.for('tracing-agent.running')];
  // As the agent's own listener does, which comes after this one.
  agent?.flushNow();
  const health = agent?.health();
  writeFileSync(FAULT_REPORT, JSON.stringify({ injected, health }));
});
