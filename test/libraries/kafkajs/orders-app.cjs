// A shop whose HTTP handler sends orders to Kafka, and consumers of two groups in the same process: one takes messages
// singly and fails once, the other takes batches. argv[2]: the broker.
const { createServer, get } = require('node:http');
const { context, trace } = require('@opentelemetry/api');
const { Kafka, logLevel } = require('kafkajs');

const retry = { initialRetryTime: 20 };
const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.NOTHING, retry });
const tracer = trace.getTracer('shop');
const traced = ({ headers }) => Object.hasOwn(headers, 'traceparent');

async function main() {
  const producer = kafka.producer();
  await producer.connect();
  const messages = [
    { key: 'secret-key', value: 'secret-mug', headers: { mine: 'kept' } },
    { key: 'secret-key', value: 'secret-jug' },
  ];
  const server = createServer(async (_request, response) => {
    const [{ baseOffset }] = await producer.send({ topic: 'orders', messages });
    response.end(baseOffset);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  const single = kafka.consumer({ groupId: 'single', maxWaitTimeInMs: 100 });
  const batches = kafka.consumer({ groupId: 'batches', maxWaitTimeInMs: 100 });
  const seen = { single: [], batches: [] };
  const both = [single, batches].map(async (consumer, index) => {
    await consumer.connect();
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    const name = ['single', 'batches'][index];
    await new Promise((resolve, reject) => {
      const note = (message, kind) => {
        tracer.startSpan(`${kind} ${seen[name].length}`).end();
        seen[name].push([
          String(message.value),
          String(message.headers.mine),
          traced(message),
          trace.getSpan(context.active()) !== undefined,
        ]);
        if (seen[name].length === 2) resolve();
      };
      let failed = false;
      const handlers = {
        single: {
          eachMessage: async ({ message }) => {
            if (!failed) {
              failed = true;
              throw new Error('secret-message');
            }
            note(message, 'ship');
          },
        },
        batches: {
          eachBatch: async ({ batch, resolveOffset }) => {
            for (const message of batch.messages) {
              note(message, 'count');
              resolveOffset(message.offset);
            }
          },
        },
      };
      consumer.run(handlers[name]).catch(reject);
    });
  });
  const offset = await new Promise((resolve) => {
    get({ port: server.address().port, host: '127.0.0.1' }, async (response) => {
      let body = '';
      for await (const part of response) body += part;
      resolve(body);
    });
  });
  await Promise.all(both);
  console.log(JSON.stringify({ offset, ...seen }));
  await Promise.all([single.disconnect(), batches.disconnect(), producer.disconnect()]);
  server.close();
}
main();
