// Uses mssql, which works on tedious, with a pool of one connection and concurrent callers.
const { context, trace } = require('@opentelemetry/api');
const sql = require(process.env.LIBRARY);
const { listen } = require('./tds-server.cjs');

const tracer = trace.getTracer('fixture');

async function main() {
  const server = await listen();
  const pool = await new sql.ConnectionPool({
    server: '127.0.0.1',
    port: server.address().port,
    user: 'robin',
    password: 'canary',
    database: 'birds',
    options: { encrypt: false },
    // It would ask `SELECT 1` before each use.
    validateConnection: false,
    pool: { max: 1, min: 0 },
  }).connect();
  const lost = [];
  const request = (number) =>
    tracer.startActiveSpan(`request ${number}`, async (span) => {
      await pool
        .request()
        .input('name', 'canary')
        .query(`SELECT 1 AS one_${number} FROM birds WHERE name = @name`);
      if (trace.getSpan(context.active())?.spanContext().spanId !== span.spanContext().spanId)
        lost.push(number);
      span.end();
    });
  await Promise.all([1, 2, 3, 4, 5].map(request));
  await pool.close();
  server.close();
  console.log(JSON.stringify(lost));
}

main();
