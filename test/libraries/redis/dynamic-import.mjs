// An ES module that imports node-redis under the name in LIBRARY.
import { trace } from '@opentelemetry/api';

const { createClient } = await import(process.env.LIBRARY ?? 'redis');
const client = createClient({ url: `redis://${process.env.REDIS_HOST}:${process.env.REDIS_PORT}/2` });
await client.connect();
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await client.get(`canary:${process.pid}`);
  span.end();
});
await client.quit();
