// Uses mariadb's callbacks: connections, commands that emit, pools and clusters.
const mariadb = require(`${process.env.LIBRARY || 'mariadb'}/callback${process.env.EXTENSION || ''}`);
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');
const { called, part, seen } = require('../../support/parts.cjs');

const settings = { ...mariadbSettings, connectionLimit: 1 };

/** Calls `work` with a function that starts something with a callback, and notes whether that has the part's span. */
const callbacks = (name, work) =>
  part(name, (active) =>
    work((where, start) =>
      called((done) =>
        start((...args) => {
          active(where);
          done(...args);
        }),
      ),
    ),
  );

async function main() {
  const connection = mariadb.createConnection(settings);
  await new Promise((resolve) => connection.connect(resolve));
  await new Promise((resolve) =>
    connection.query('CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)', resolve),
  );

  await callbacks('callbacks', async (called) => {
    await called('insert', (done) =>
      connection.query('INSERT INTO birds VALUES (?, ?)', [1, 'canary'], done),
    );
    const [error, rows] = await called('select', (done) => connection.query('SELECT id FROM birds', done));
    seen.rows = [error, rows.length];
    await called('executed', (done) =>
      connection.execute('SELECT id FROM birds WHERE name = ?', ['canary'], done),
    );
    await called('batch', (done) =>
      connection.batch(
        'INSERT INTO birds VALUES (?, ?)',
        [
          [2, 'canary-2'],
          [3, 'canary-3'],
        ],
        done,
      ),
    );
    const [failed] = await called('error', (done) => connection.query("SELECT 'canary' FROM missing", done));
    seen.error = failed.code;
    await called('ping', (done) => connection.ping(done));
  });

  await callbacks('transaction', async (called) => {
    await called('begun', (done) => connection.beginTransaction(done));
    await called('deleted', (done) => connection.query('DELETE FROM birds WHERE id = 3', done));
    await called('rolled back', (done) => connection.rollback(done));
  });

  await callbacks('prepared', async (called) => {
    const [, prepared] = await called('prepared', (done) =>
      connection.prepare('SELECT id FROM birds WHERE id = ?', done),
    );
    seen.prepared = (await called('executed', (done) => prepared.execute([1], undefined, done)))[1].length;
    prepared.close();
  });

  await callbacks('events', async (called) => {
    const command = connection.query('SELECT id FROM birds ORDER BY id');
    await called('end', (done) => command.on('data', () => {}).on('end', done));
    const failing = connection.query("SELECT 'canary' FROM missing");
    await called('failed', (done) => failing.on('end', done));
  });

  const pool = mariadb.createPool(settings);
  await callbacks('pool', async (called) => {
    await Promise.all([
      called('query', (done) => pool.query('SELECT 1', done)),
      called('bound', (done) => pool.query('SELECT ?', ['canary'], done)),
      called('batch', (done) => pool.batch('SELECT ?', [['canary'], ['canary']], done)),
    ]);
    const [, taken] = await called('connection', (done) => pool.getConnection(done));
    await called('connected', (done) => taken.query('SELECT 2', done));
    await called('released', (done) => taken.release(done));
  });
  await new Promise((resolve) => pool.end(resolve));

  const cluster = mariadb.createPoolCluster();
  cluster.add('one', settings);
  await callbacks('cluster', async (called) => {
    const [, node] = await called('connection', (done) => cluster.getConnection(done));
    await called('query', (done) => node.query('SELECT 3', done));
    await called('released', (done) => node.release(done));
  });
  await new Promise((resolve) => cluster.end(resolve));
  await new Promise((resolve) => connection.end(resolve));
  console.log(JSON.stringify(seen));
}
main();
