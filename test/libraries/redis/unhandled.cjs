// Leaves failed commands unhandled, in every way a caller can, and tells what the process sees of it.
const redis = require(process.env.LIBRARY || 'redis');

const client = redis.createClient({
  socket: { host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) },
});
const key = `canary:${process.pid}:unhandled`;
const seen = [];
process.on('unhandledRejection', (error) => seen.push(error.message));
process.on('warning', (warning) => seen.push(`warning ${warning.name}`));

async function main() {
  await client.connect();
  await client.set(key, 'canary');
  client.lPush(key, 'a');
  client.sendCommand(['LPUSH', key, 'a']);
  client.lPush(key, 'a').catch(() => {});
  client.multi().lPush(key, 'a').exec();
  client.multi().lPush(key, 'a').execAsPipeline();
  client.multi().addCommand(['LPUSH', key]).exec();
  seen.push(client.sendCommand(['GET', key]) instanceof Promise, await client.sendCommand(['GET', key]));
  await client.del(key);
  await new Promise((resolve) => setImmediate(resolve));
  await client.quit();
  await client.get(key).catch((error) => seen.push(error.constructor.name));
  console.log(JSON.stringify(seen));
}
main();
