// Adds jobs in a span of the application's own, and a worker in the same process takes them: one done at once, one at
// its second attempt, one with a child, two in one go. The first takes until the worker has renewed its lock.
// argv[2]: the package's name, argv[3]: the queue's, argv[4]: the package of ioredis.
const { context, trace } = require('@opentelemetry/api');
const { FlowProducer, Queue, QueueEvents, Worker } = require(process.argv[2]);

const name = process.argv[3];
const { Redis } = require(process.argv[4]);
const connections = [];
const connect = () => {
  const { REDIS_HOST: host, REDIS_PORT: port } = process.env;
  const connection = new Redis({ host, port: Number(port), maxRetriesPerRequest: null });
  connections.push(connection);
  return connection;
};
const tracer = trace.getTracer('shop');

async function main() {
  const queue = new Queue(name, { connection: connect() });
  const events = new QueueEvents(name, { connection: connect() });
  await events.waitUntilReady();
  const seen = [];
  const done = new Set();
  let all;
  const finished = new Promise((resolve) => {
    all = resolve;
  });
  const worker = new Worker(
    name,
    async (job) => {
      const active = trace.getSpan(context.active());
      active?.setAttribute('seen.job', job.name);
      tracer.startSpan(`in ${job.name}`).end();
      seen.push(job.name);
      if (job.name === 'once') await renewed;
      if (job.name === 'fails' && job.attemptsMade === 0) throw new RangeError('secret-message');
      return 'secret-result';
    },
    { connection: connect(), autorun: false, lockRenewTime: 40 },
  );
  const renewed = new Promise((resolve) => {
    // The older name, and the newer; no event tells of it in all versions.
    for (const method of ['extendLocks', 'extendJobLocks']) {
      const original = worker[method];
      if (original === undefined) continue;
      worker[method] = (...args) => {
        const result = original.apply(worker, args);
        result.then(resolve);
        return result;
      };
    }
  });
  worker.on('completed', (job) => {
    done.add(job.name);
    if (done.size === 6) all();
  });
  await tracer.startActiveSpan('order', async (span) => {
    await queue.add('once', { card: 'secret-data' });
    await queue.add('fails', {}, { attempts: 2 });
    await queue.addBulk([
      { name: 'bulk-1', data: {} },
      { name: 'bulk-2', data: {} },
    ]);
    const flow = new FlowProducer({ connection: connect() });
    await flow.add({ name: 'parent', queueName: name, children: [{ name: 'child', queueName: name }] });
    await flow.close();
    span.end();
  });
  worker.run();
  await finished;
  console.log(JSON.stringify(seen.sort()));
  await worker.close();
  await events.close();
  await queue.obliterate({ force: true });
  await queue.close();
  for (const connection of connections) connection.disconnect();
}
main();
