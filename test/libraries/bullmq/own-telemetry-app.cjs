// A queue with a telemetry of the application's own, which notes what it is asked for.
// argv[2]: the queue's name, argv[3]: the package of ioredis.
const { Queue } = require('bullmq');
const { Redis } = require(process.argv[3]);

const started = [];
const span = {
  setSpanOnContext: (context) => context,
  setAttribute() {},
  setAttributes() {},
  addEvent() {},
  recordException() {},
  end() {},
};
const telemetry = {
  tracer: {
    startSpan(name, { kind }) {
      if (kind === 3) started.push(name);
      return span;
    },
  },
  contextManager: {
    active: () => ({}),
    with: (_context, work) => work(),
    getMetadata: () => 'of the application',
    fromMetadata: (context) => context,
  },
};

async function main() {
  const { REDIS_HOST: host, REDIS_PORT: port } = process.env;
  const connection = new Redis({ host, port: Number(port), maxRetriesPerRequest: null });
  const queue = new Queue(process.argv[2], { connection, telemetry });
  const job = await queue.add('once', {});
  console.log(JSON.stringify({ started, metadata: job.opts.telemetry.metadata }));
  await queue.obliterate({ force: true });
  await queue.close();
  connection.disconnect();
}
main();
