// Many requests at a time through one connection, each below a root span of its own; a value tells them apart.
const { context, trace } = require('@opentelemetry/api');
const mysql = require(process.env.LIBRARY || 'mysql');

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
const pool = mysql.createPool(settings);
const cluster = mysql.createPoolCluster();
cluster.add('one', settings);
const wrong = [];

async function request(at) {
  const name = `request ${at}`;
  await tracer.startActiveSpan(name, async (span) => {
    const check = (where) => {
      if (trace.getSpan(context.active())?.spanContext().spanId !== span.spanContext().spanId)
        wrong.push(`${name} ${where}`);
    };
    const called = (where, start) =>
      new Promise((resolve) =>
        start((...args) => {
          check(where);
          resolve(args);
        }),
      );
    await called('pool', (done) => pool.query(`SELECT ${at} AS called_${at}`, done));
    await called('bound', (done) => pool.query(`SELECT ? AS bound_${at}`, [at], done));
    await called('error', (done) => pool.query(`SELECT 1 FROM missing_${at}`, done));
    const [, connection] = await called('connection', (done) => pool.getConnection(done));
    await called('connected', (done) => connection.query(`SELECT ${at} AS connected_${at}`, done));
    connection.release();
    const [, node] = await called('cluster', (done) => cluster.getConnection(done));
    await called('clustered', (done) => node.query(`SELECT ${at} AS clustered_${at}`, done));
    node.release();
    span.end();
  });
}

async function main() {
  await Promise.all(Array.from({ length: 20 }, (_, at) => request(at)));
  await new Promise((resolve) => pool.end(resolve));
  cluster.end();
  console.log(JSON.stringify(wrong));
}
main();
