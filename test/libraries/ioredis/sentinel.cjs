// Uses the master behind the sentinel on SENTINEL_PORT, from before its address is known.
const Redis = require(process.env.LIBRARY || 'ioredis');
const { below: part } = require('../../support/parts.cjs');

async function main() {
  const sentinels = [{ host: '127.0.0.1', port: Number(process.env.SENTINEL_PORT) }];
  const { SENTINEL_NAME: name } = process.env;
  let redis;
  await part('connect', () => {
    redis = new Redis({ sentinels, name, failoverDetector: true });
    return new Promise((resolve) => redis.once('ready', resolve));
  });
  await part('commands', async () => {
    await redis.set('canary:a', 'canary');
    await redis.get('canary:a');
  });
  await part('transaction', () => redis.multi().incr('canary:n').incr('canary:n').exec());
  const replica = new Redis({ sentinels, name, role: 'slave', lazyConnect: true });
  await part('replica', () => replica.get('canary:none'));
  replica.disconnect();
  redis.disconnect();
}
main();
