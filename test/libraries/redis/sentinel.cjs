// Uses the master behind the sentinel on SENTINEL_PORT.
const redis = require(process.env.LIBRARY || 'redis');
const { below: part } = require('../../support/parts.cjs');

async function main() {
  const sentinel = redis.createSentinel({
    name: process.env.SENTINEL_NAME,
    sentinelRootNodes: [{ host: '127.0.0.1', port: Number(process.env.SENTINEL_PORT) }],
    scanInterval: 20,
  });
  await part('connect', () => sentinel.connect());
  await part('commands', async () => {
    await sentinel.set('canary:a', 'canary');
    await sentinel.get('canary:a');
  });
  await part('transaction', () => sentinel.multi().incr('canary:n').incr('canary:n').exec());
  await part('lease', () => sentinel.use((client) => client.get('canary:a')));
  await part('pubsub', async () => {
    let heard;
    const got = new Promise((resolve) => {
      heard = resolve;
    });
    await sentinel.subscribe('canary:channel', heard);
    await sentinel.publish('canary:channel', 'canary');
    await got;
    await sentinel.unsubscribe('canary:channel');
  });
  await sentinel.close();
}
main();
