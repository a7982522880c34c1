// A trace of two spans; with HEALTH=1 it asks itself for its health, and ends once that was printed.
const { trace } = require('@opentelemetry/api');

const tracer = trace.getTracer('exporters');
tracer.startActiveSpan('outer', { attributes: { 'url.full': 'http://shop/mug' } }, (outer) => {
  tracer.startActiveSpan('inner', (inner) => inner.end());
  outer.end();
});
console.log('out');
if (process.env.HEALTH) {
  process.kill(process.pid, 'SIGUSR2');
  setTimeout(() => {}, 300);
}
