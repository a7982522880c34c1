// Publishes to RabbitMQ in a span of the application's own and consumes in the same process: through the promises' API,
// a confirm channel and callbacks. argv[2]: the queue's name.
const { promisify } = require('node:util');
const { context, trace } = require('@opentelemetry/api');

const amqp = require('amqplib');
const callbacks = require('amqplib/callback_api');

const [, , queue] = process.argv;
const { RABBITMQ_HOST, RABBITMQ_PORT } = process.env;
const url = `amqp://guest:guest@${RABBITMQ_HOST}:${RABBITMQ_PORT}`;
const tracer = trace.getTracer('shop');
const inSpan = (name, work) =>
  tracer.startActiveSpan(name, (span) => Promise.resolve(work()).finally(() => span.end()));

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, { autoDelete: true });
  const bodies = [];
  let all;
  const consumed = new Promise((resolve) => {
    all = resolve;
  });
  await inSpan('order', async () => {
    channel.sendToQueue(queue, Buffer.from('secret-body'), { headers: { mine: 'kept' } });
    await channel.waitForConfirms();
  });
  await channel.consume(queue, (message) => {
    bodies.push({
      mine: message.properties.headers.mine,
      traced: 'traceparent' in message.properties.headers,
    });
    tracer.startSpan('ship').end();
    channel.ack(message);
    if (bodies.length === 2) all();
  });

  const other = await promisify(callbacks.connect)(url);
  const plain = await promisify(other.createChannel.bind(other))();
  await inSpan('reorder', () => plain.sendToQueue(queue, Buffer.from('two')));
  await consumed;
  console.log(JSON.stringify({ bodies, active: trace.getSpan(context.active()) !== undefined }));
  await promisify(other.close.bind(other))();
  await connection.close();
}
main();
