// Many requests at a time through one connection, each below a root span of its own; a value tells them apart.
const mysql = require(process.env.LIBRARY || 'mysql2');
const { manyRequests } = require('../../support/many-requests.cjs');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const settings = { ...mariadbSettings, connectionLimit: 1 };
const pool = mysql.createPool(settings);
const promised = pool.promise();
const cluster = mysql.createPoolCluster();
cluster.add('ONLY', settings);

async function request(at, check) {
  const called = (where, start) =>
    new Promise((resolve, reject) => {
      start((error, value) => {
        check(where);
        if (error) reject(error);
        else resolve(value);
      });
    });
  await promised.query(`SELECT ${at} AS promised_${at}`);
  check('after a promise');
  await promised.execute(`SELECT ? AS executed_${at}`, [at]);
  await called('in a callback', (done) => pool.query(`SELECT ? AS called_${at}`, [at], done));
  await called('in a callback of an execution', (done) =>
    pool.execute(`SELECT ${at} AS call_executed_${at}`, done),
  );
  const connection = await called('connected', (done) => pool.getConnection(done));
  await called('in a callback of a connection', (done) =>
    connection.query(`SELECT ${at} AS connected_${at}`, done),
  );
  connection.release();
  await new Promise((resolve) => {
    pool.query(`SELECT ${at} AS listened_${at}`).on('end', () => {
      check('on the end');
      resolve();
    });
  });
  const one = await called('connected by a cluster', (done) => cluster.getConnection(done));
  await called('in a callback of a cluster', (done) => one.query(`SELECT ${at} AS clustered_${at}`, done));
  one.release();
  // The namespace of 2.0 has no queries.
  const namespace = cluster.of('*').query ? cluster.of('*') : pool;
  await called('in a callback of a namespace', (done) => namespace.query(`SELECT ${at} AS of_${at}`, done));
  await promised.query(`SELECT 1 FROM missing_${at}`).catch(() => check('after an error'));
}

manyRequests(request, async () => {
  await promised.end();
  // That of 2.0 tells nobody.
  if (process.env.LIBRARY === 'mysql2-2-lowest') cluster.end();
  else await new Promise((resolve) => cluster.end(resolve));
});
