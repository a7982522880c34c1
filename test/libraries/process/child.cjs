// A child process: one span outside of any other, named as the way in which it was started.
const cluster = require('node:cluster');
const { trace } = require('@opentelemetry/api');

trace.getTracer('child').startSpan(`in ${process.argv[2]}`).end();
if (cluster.isWorker) cluster.worker.disconnect();
