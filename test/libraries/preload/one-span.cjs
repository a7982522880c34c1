// One span, and then the end that END asks for, in the same tick.
const { trace } = require('@opentelemetry/api');

trace.getTracer('t').startSpan('last').end();
const ends = {
  natural: () => {},
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('thrown on purpose');
  },
  SIGTERM: () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => {}, 5_000);
  },
};
ends[process.env.END]();
