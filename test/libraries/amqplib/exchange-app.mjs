// Publishes to an exchange of RabbitMQ by an ES module, by promises or callbacks (argv[3]), and acknowledges what it
// consumes at once, later, or not at all. argv[2]: the exchange's name.
import { promisify } from 'node:util';
import { context, trace } from '@opentelemetry/api';
import amqp from 'amqplib';
import callbacks from 'amqplib/callback_api';

const [, , exchange, api] = process.argv;
const { RABBITMQ_HOST, RABBITMQ_PORT } = process.env;
const url = `amqp://guest:guest@${RABBITMQ_HOST}:${RABBITMQ_PORT}`;
const tracer = trace.getTracer('shop');
const bodies = [];
const consumed = Promise.withResolvers?.() ?? {};
consumed.promise ??= new Promise((resolve) => Object.assign(consumed, { resolve }));

let channel;
const connection = await (api === 'callbacks' ? promisify(callbacks.connect)(url) : amqp.connect(url));
// Methods that both have, each in its own way.
const ask = (target, method, ...args) =>
  api === 'callbacks' ? promisify(target[method].bind(target))(...args) : target[method](...args);

channel = await ask(connection, 'createChannel');
await ask(channel, 'assertExchange', exchange, 'topic', { autoDelete: true });
const { queue } = await ask(channel, 'assertQueue', '', { exclusive: true });
await ask(channel, 'bindQueue', queue, exchange, 'birds.#', {});

const end = {
  now: (message) => channel.ack(message),
  later: (message) => setImmediate(() => channel.ack(message)),
  refused: (message) => channel.nack(message, false, false),
};
await ask(
  channel,
  'consume',
  queue,
  (message) => {
    const body = String(message.content);
    bodies.push([body, message.fields.routingKey, message.properties.headers.mine]);
    tracer.startSpan(`count ${body}`).end();
    end[body](message);
    if (bodies.length === 3) setImmediate(consumed.resolve);
  },
  {},
);
tracer.startActiveSpan('order', (span) => {
  for (const body of Object.keys(end))
    channel.publish(exchange, `birds.${body}`, Buffer.from(body), { headers: { mine: 'kept' } });
  span.end();
});
await consumed.promise;
console.log(JSON.stringify({ bodies: bodies.sort(), active: trace.getSpan(context.active()) !== undefined }));
await ask(channel, 'close');
await ask(connection, 'close');
