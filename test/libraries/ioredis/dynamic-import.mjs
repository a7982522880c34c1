// An ES module that imports ioredis under the name in LIBRARY.
import { trace } from '@opentelemetry/api';

const { default: Redis } = await import(process.env.LIBRARY ?? 'ioredis');
const redis = new Redis({ host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) });
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await redis.get(`canary:${process.pid}`);
  span.end();
});
await redis.quit();
