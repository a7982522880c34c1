// Uses mysql as applications do; each part below a span of its own, named after the part.
// Values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const { context, trace } = require('@opentelemetry/api');
const mysql = require(process.env.LIBRARY || 'mysql');
const { called, part, seen } = require('../../support/parts.cjs');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const env = process.env;

const ended = (emitter) => new Promise((resolve) => emitter.on('end', resolve));

async function main() {
  // Connected outside of every part: what its socket calls back knows no part's span.
  const connection = mysql.createConnection(mariadbSettings);
  await called((done) =>
    connection.query('CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)', done),
  );

  await part('callbacks', async (active) => {
    await called((done) => connection.query('INSERT INTO birds SET ?', { id: 1, name: 'canary-1' }, done));
    await called((done) =>
      connection.query('INSERT INTO birds VALUES (?, ?)', [2, "canary-2 'quoted'"], done),
    );
    const [error, rows] = await called((done) =>
      connection.query("SELECT id FROM birds WHERE name = 'canary-1'", (...args) => {
        active('(text, callback)');
        done(...args);
      }),
    );
    seen.rows = [error, rows.length];
    const options = { sql: 'SELECT name FROM birds WHERE id = ?', values: [1] };
    seen.named = (await called((done) => connection.query(options, done)))[1][0].name;
    seen.options = Object.keys(options);
    await called((done) =>
      connection.ping((...args) => {
        active('in a ping');
        done(...args);
      }),
    );
  });

  await part('transaction', async (active) => {
    await called((done) => connection.beginTransaction(done));
    await called((done) => connection.query('DELETE FROM birds WHERE id = ?', [2], done));
    await called((done) =>
      connection.rollback((...args) => {
        active('rolled back');
        done(...args);
      }),
    );
  });

  await part('events', async (active) => {
    const names = [];
    const query = connection.query('SELECT name FROM birds ORDER BY id');
    query.on('result', (row) => {
      active('on a result');
      names.push(row.name);
    });
    await ended(query);
    active('on the end');
    seen.names = names;
    seen.own = Object.keys(query).includes('emit');
    const stream = connection.query('SELECT id FROM birds ORDER BY id').stream({ highWaterMark: 1 });
    const ids = [];
    stream.on('data', (row) => {
      active('on data');
      ids.push(row.id);
    });
    await ended(stream);
    seen.ids = ids;
    const failing = connection.query("SELECT 'canary' FROM missing");
    seen.event = await new Promise((resolve) => failing.on('error', (error) => resolve(error.code)));
  });

  await part('errors', async (active) => {
    const [error] = await called((done) =>
      connection.query("SELECT 'canary' FROM missing", (...args) => {
        active('in a callback');
        done(...args);
      }),
    );
    seen.error = [error.code, error.errno, error.sqlState];
    seen.duplicate = (
      await called((done) => connection.query('INSERT INTO birds VALUES (?, ?)', [1, 'canary'], done))
    )[0].errno;
  });

  await part('quiet', async () => {
    const parent = { ...trace.getSpan(context.active()).spanContext(), traceFlags: 0 };
    const unsampled = trace.wrapSpanContext(parent);
    await context.with(trace.setSpan(context.active(), unsampled), async () => {
      await called((done) =>
        connection.query('SELECT 1', () => {
          seen.unsampled = trace.getSpan(context.active()) === unsampled;
          done();
        }),
      );
    });
  });

  const other = mysql.createConnection(mariadbSettings);
  other.on('error', () => {});
  // `threadId` came with 2.2.
  const [, [{ id }]] = await called((done) => other.query('SELECT CONNECTION_ID() AS id', done));

  await part('lost', async () => {
    const lost = called((done) => other.query("SELECT SLEEP(60), 'canary'", done));
    await called((done) => connection.query('KILL ?', [id], done));
    seen.lost = (await lost)[0].code;
    // 2.0 never answers a query after the loss.
    if (!env.LIBRARY) seen.after = (await called((done) => other.query('SELECT 1', done)))[0].code;
    const closed = mysql.createConnection({ ...mariadbSettings, host: '127.0.0.1', port: 1 });
    seen.refused = (await called((done) => closed.query('SELECT 2', done)))[0].code;
  });

  await called((done) => connection.end(done));
  console.log(JSON.stringify(seen));
}
main();
