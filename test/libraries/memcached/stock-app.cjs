// Asks memcached in a span of the application's own, once in vain. argv[2]: its port.
const { context, trace } = require('@opentelemetry/api');
const Memcached = require('memcached');

const client = new Memcached(`127.0.0.1:${process.argv[2]}`);
const call = (method, ...args) =>
  new Promise((resolve) => {
    const before = trace.getSpan(context.active());
    client[method](...args, (error, value) => {
      resolve([method, error?.message, value, trace.getSpan(context.active()) === before]);
    });
  });

trace.getTracer('shop').startActiveSpan('ask', async (span) => {
  const answers = [
    await call('set', 'secret-key', 'secret-value', 60),
    await call('get', 'secret-key'),
    await call('getMulti', ['secret-key', 'secret-other']),
    await call('incr', 'secret-key', 1),
    await call('del', 'secret-key'),
    await call('get', 'secret-key'),
  ];
  span.end();
  console.log(JSON.stringify(answers));
  client.end();
});
