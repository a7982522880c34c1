// Uses mariadb's callbacks: connections, commands that emit, pools and clusters.
const { context, trace } = require('@opentelemetry/api');
const mariadb = require(`${process.env.LIBRARY || 'mariadb'}/callback${process.env.EXTENSION || ''}`);

const tracer = trace.getTracer('fixture');
const seen = { active: {} };
const env = process.env;
const settings = {
  host: env.MYSQL_HOST,
  port: Number(env.MYSQL_PORT),
  user: env.MYSQL_USER,
  password: env.MYSQL_PASSWORD,
  database: env.MYSQL_DATABASE,
  connectionLimit: 1,
};

function part(name, work) {
  return tracer.startActiveSpan(name, async (span) => {
    const called = (where, start) =>
      new Promise((resolve) =>
        start((...args) => {
          seen.active[`${name}: ${where}`] =
            trace.getSpan(context.active())?.spanContext().spanId === span.spanContext().spanId;
          resolve(args);
        }),
      );
    try {
      return await work(called);
    } finally {
      span.end();
    }
  });
}

async function main() {
  const connection = mariadb.createConnection(settings);
  await new Promise((resolve) => connection.connect(resolve));
  await new Promise((resolve) =>
    connection.query('CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)', resolve),
  );

  await part('callbacks', async (called) => {
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

  await part('transaction', async (called) => {
    await called('begun', (done) => connection.beginTransaction(done));
    await called('deleted', (done) => connection.query('DELETE FROM birds WHERE id = 3', done));
    await called('rolled back', (done) => connection.rollback(done));
  });

  await part('prepared', async (called) => {
    const [, prepared] = await called('prepared', (done) =>
      connection.prepare('SELECT id FROM birds WHERE id = ?', done),
    );
    seen.prepared = (await called('executed', (done) => prepared.execute([1], undefined, done)))[1].length;
    prepared.close();
  });

  await part('events', async (called) => {
    const command = connection.query('SELECT id FROM birds ORDER BY id');
    await called('end', (done) => command.on('data', () => {}).on('end', done));
    const failing = connection.query("SELECT 'canary' FROM missing");
    await called('failed', (done) => failing.on('end', done));
  });

  const pool = mariadb.createPool(settings);
  await part('pool', async (called) => {
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
  await part('cluster', async (called) => {
    const [, node] = await called('connection', (done) => cluster.getConnection(done));
    await called('query', (done) => node.query('SELECT 3', done));
    await called('released', (done) => node.release(done));
  });
  await new Promise((resolve) => cluster.end(resolve));
  await new Promise((resolve) => connection.end(resolve));
  console.log(JSON.stringify(seen));
}
main();
