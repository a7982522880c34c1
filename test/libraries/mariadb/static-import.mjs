// An ES module that imports mariadb: from 3.5 on the package's own ES modules.
import { trace } from '@opentelemetry/api';
import mariadb, { createConnection } from 'mariadb';
import { createPool } from 'mariadb/callback';

const { MYSQL_HOST: host, MYSQL_PORT: port, MYSQL_USER: user, MYSQL_PASSWORD: password } = process.env;
const settings = { host, port: Number(port), user, password, connectionLimit: 1 };
const pool = mariadb.createPool(settings);
const connection = await createConnection(settings);
const other = createPool(settings);
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await pool.query("SELECT 'canary' AS one");
  await connection.query("SELECT 'canary' AS two");
  await new Promise((resolve) => other.query("SELECT 'canary' AS three", resolve));
  span.end();
});
await pool.end();
await connection.end();
other.end();
