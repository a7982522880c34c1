// Reads the same key twice through a client-side cache.
const { trace } = require('@opentelemetry/api');
const redis = require(process.env.LIBRARY || 'redis6');

const socket = { host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) };
const key = `canary:${process.pid}:cached`;
const part = (name, work) =>
  trace.getTracer('fixture').startActiveSpan(name, async (span) => {
    await work();
    span.end();
  });

async function main() {
  const client = redis.createClient({ socket, RESP: 3, clientSideCache: { ttl: 0, maxEntries: 10 } });
  await client.connect();
  await part('sent', () => client.get(key));
  await part('cached', () => client.get(key));
  await client.close();
}
main();
