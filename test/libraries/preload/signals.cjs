// Listens for SIGTERM as signal-exit does: it ends the process only where no other listener is left to do so.
const { trace } = require('@opentelemetry/api');

trace.getTracer('t').startSpan('last').end();
const alive = setTimeout(() => {
  console.log('survived');
  process.exit(9);
}, 5000);
process.on('SIGTERM', function listener() {
  console.log('listeners', process.listeners('SIGTERM').length);
  if (process.listeners('SIGTERM').length === 1) {
    process.off('SIGTERM', listener);
    process.kill(process.pid, 'SIGTERM');
  }
});
setImmediate(() => process.kill(process.pid, 'SIGTERM'));
module.exports = alive;
