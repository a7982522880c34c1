// Many requests at a time through one connection, each below a root span of its own; a value tells them apart.
const mysql = require(process.env.LIBRARY || 'mysql');
const { manyRequests } = require('../../support/many-requests.cjs');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const settings = { ...mariadbSettings, connectionLimit: 1 };
const pool = mysql.createPool(settings);
const cluster = mysql.createPoolCluster();
cluster.add('one', settings);

async function request(at, check) {
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
}

manyRequests(request, async () => {
  await new Promise((resolve) => pool.end(resolve));
  cluster.end();
});
