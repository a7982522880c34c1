// An ES module that imports mysql.
import { trace } from '@opentelemetry/api';
import mysql from 'mysql';

const { MYSQL_HOST: host, MYSQL_PORT: port, MYSQL_USER: user, MYSQL_PASSWORD: password } = process.env;
const connection = mysql.createConnection({ host, port: Number(port), user, password });
await trace.getTracer('fixture').startActiveSpan('parent', async (span) => {
  await new Promise((resolve) =>
    connection.query('SELECT ? FROM information_schema.tables LIMIT 1', ['canary'], resolve),
  );
  span.end();
});
connection.destroy();
