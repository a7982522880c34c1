// Many requests at a time through one connection, each below a root span of its own; a value tells them apart.
const mariadb = require(process.env.LIBRARY || 'mariadb');
const { manyRequests } = require('../../support/many-requests.cjs');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const settings = { ...mariadbSettings, connectionLimit: 1 };
const pool = mariadb.createPool(settings);
const cluster = mariadb.createPoolCluster();
cluster.add('one', settings);

async function request(at, check) {
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
}

manyRequests(request, async () => {
  await pool.end();
  await cluster.end();
});
