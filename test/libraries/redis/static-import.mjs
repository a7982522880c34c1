// An ES module that imports node-redis statically, under its plain name.
import { trace } from '@opentelemetry/api';
import { createClient } from 'redis';

const client = createClient({
  socket: { host: process.env.REDIS_HOST, port: Number(process.env.REDIS_PORT) },
});
await client.connect();
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await client.get(`canary:${process.pid}`);
  span.end();
});
await client.quit();
