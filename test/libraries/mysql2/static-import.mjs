// An ES module that imports only the promise API of mysql2, statically.
import { trace } from '@opentelemetry/api';
import mysql, { createConnection } from 'mysql2/promise';

const connection = await createConnection({
  host: process.env.MYSQL_HOST,
  port: Number(process.env.MYSQL_PORT),
  user: process.env.MYSQL_USER,
  password: process.env.MYSQL_PASSWORD,
  database: process.env.MYSQL_DATABASE,
});
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await connection.query("SELECT 'canary' FROM information_schema.tables WHERE table_name = ?", ['canary']);
  span.end();
});
await connection.end();
console.log(mysql.createConnection === createConnection);
