// An ES module that imports pg when it needs it.
import { trace } from '@opentelemetry/api';

const { default: pg } = await import(process.env.LIBRARY ?? 'pg');
const client = new pg.Client();
await client.connect();
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await client.query("SELECT 'canary' FROM pg_class WHERE relname = $1", ['canary']);
  span.end();
});
await client.end();
