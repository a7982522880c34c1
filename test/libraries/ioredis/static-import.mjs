// An ES module that imports ioredis statically, under its plain name.
import { trace } from '@opentelemetry/api';
import Redis, { Redis as Named } from 'ioredis';

const redis = new Redis({ host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) });
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await redis.get(`canary:${process.pid}`);
  span.end();
});
await redis.quit();
console.log(Redis === Named);
