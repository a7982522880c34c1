// An ES module that imports mysql2 when it needs it.
import { trace } from '@opentelemetry/api';

const { default: mysql } = await import(process.env.LIBRARY ?? 'mysql2');
const pool = mysql.createPool({
  host: process.env.MYSQL_HOST,
  port: Number(process.env.MYSQL_PORT),
  user: process.env.MYSQL_USER,
  password: process.env.MYSQL_PASSWORD,
  database: process.env.MYSQL_DATABASE,
});
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await pool
    .promise()
    .query("SELECT 'canary' FROM information_schema.tables WHERE table_name = ?", ['canary']);
  span.end();
});
await pool.promise().end();
