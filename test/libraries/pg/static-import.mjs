// An ES module that imports pg statically, by name and by default.
import { trace } from '@opentelemetry/api';
import pg, { Client, Pool } from 'pg';

const pool = new Pool({ max: 1 });
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await pool.query("SELECT 'canary' FROM pg_class WHERE relname = $1", ['canary']);
  span.end();
});
await pool.end();
console.log(pg.Client === Client);
