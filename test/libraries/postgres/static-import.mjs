// An ES module that imports postgres: the package's own ES modules.
import { trace } from '@opentelemetry/api';
import postgres from 'postgres';

const {
  PGHOST: host,
  PGPORT: port,
  PGUSER: username,
  PGPASSWORD: password,
  PGDATABASE: database,
} = process.env;
const sql = postgres({ host, port: Number(port), username, password, database, max: 1 });
await sql`SELECT 1`;
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await sql`SELECT 'canary' FROM pg_class WHERE relname = ${'canary'}`;
  span.end();
});
await sql.end();
