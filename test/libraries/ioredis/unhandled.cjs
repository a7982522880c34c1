// Leaves failed commands unhandled, in every way a caller can, and tells what the process sees of it.
const Redis = require(process.env.LIBRARY || 'ioredis');

const redis = new Redis({ host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) });
const key = `canary:${process.pid}:unhandled`;
const seen = [];
process.on('unhandledRejection', (error) => seen.push(error.message));
process.on('warning', (warning) => seen.push(`warning ${warning.name}`));

async function main() {
  await redis.set(key, 'canary');
  redis.lpush(key, 'a');
  redis.lpush(key, 'a', () => {});
  redis.lpush(key, 'a').catch(() => {});
  redis.pipeline().lpush(key, 'a').exec();
  redis.multi().lpush(key, 'a').exec();
  redis.multi().lpush(key).exec();
  redis
    .multi()
    .lpush(key)
    .exec(() => {});
  const promise = redis.get(key);
  seen.push(Object.getPrototypeOf(promise) === Promise.prototype, await promise);
  await redis.del(key);
  await new Promise((resolve) => setImmediate(resolve));
  await redis.quit();
  console.log(JSON.stringify(seen));
}
main();
