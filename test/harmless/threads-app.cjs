// Workers, of which some end a span; the parent says how many sockets the process has, and ends them in one of two ways.
const { Worker } = require('node:worker_threads');
const { readdirSync, readlinkSync } = require('node:fs');
const { trace } = require('@opentelemetry/api');

const [count, tracing] = process.argv.slice(2).map(Number);
const code = `
  const { parentPort, workerData, threadId } = require('node:worker_threads');
  const { trace } = require(${JSON.stringify(require.resolve('@opentelemetry/api'))});
  if (workerData) trace.getTracer('threads').startSpan('in ' + threadId).end();
  parentPort.on('message', () => parentPort.close());
  parentPort.postMessage('ready');`;
// So that the number of sockets is also right where nothing is traced.
trace.getTracer('threads').startSpan('in main').end();

const sockets = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
const before = process.platform === 'linux' ? sockets() : 0;
const workers = Array.from(
  { length: count },
  (_, index) => new Worker(code, { eval: true, workerData: index < tracing }),
);
let ready = 0;
for (const worker of workers) {
  worker.once('message', () => {
    if (++ready < count) return;
    // Their spans have been sent a tenth of a second later, and the sockets stay.
    setTimeout(() => {
      if (process.platform === 'linux') console.log('more sockets:', sockets() - before);
      for (const each of workers) each.postMessage('close');
    }, 500);
  });
}
