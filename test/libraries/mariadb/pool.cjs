// Many requests at a time through one connection, each below a root span of its own; a value tells them apart.
const { context, trace } = require('@opentelemetry/api');
const library = process.env.LIBRARY || 'mariadb';
const mariadb = require(library);

const tracer = trace.getTracer('fixture');
const env = process.env;
const settings = {
  host: env.MYSQL_HOST,
  port: Number(env.MYSQL_PORT),
  user: env.MYSQL_USER,
  password: env.MYSQL_PASSWORD,
  database: env.MYSQL_DATABASE,
  connectionLimit: 1,
};
const pool = mariadb.createPool(settings);
const cluster = mariadb.createPoolCluster();
cluster.add('one', settings);
const wrong = [];

async function request(at) {
  const name = `request ${at}`;
  await tracer.startActiveSpan(name, async (span) => {
    const check = (where) => {
      if (trace.getSpan(context.active())?.spanContext().spanId !== span.spanContext().spanId)
        wrong.push(`${name} ${where}`);
    };
    await pool.query(`SELECT ${at} AS called_${at}`);
    check('pool');
    await pool.execute(`SELECT ? AS executed_${at}`, [at]);
    await pool.query(`SELECT 1 FROM missing_${at}`).catch(() => check('error'));
    const connection = await pool.getConnection();
    check('connection');
    await connection.query(`SELECT ${at} AS connected_${at}`);
    await connection.release();
    const node = await cluster.getConnection();
    await node.query(`SELECT ${at} AS clustered_${at}`);
    await node.release();
    await cluster.of('one').query(`SELECT ${at} AS of_${at}`);
    check('cluster');
    span.end();
  });
}

async function main() {
  await Promise.all(Array.from({ length: 20 }, (_, at) => request(at)));
  await pool.end();
  await cluster.end();
  console.log(JSON.stringify(wrong));
}
main();
