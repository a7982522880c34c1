// Uses mariadb's promises as applications do; each part below a span of its own, named after the part.
// Values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const { once } = require('node:events');
const { context, trace } = require('@opentelemetry/api');
const mariadb = require(process.env.LIBRARY || 'mariadb');
const { part, seen } = require('../../support/parts.cjs');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const code = (error) => error.code;

async function main() {
  const connection = await mariadb.createConnection(mariadbSettings);
  await connection.query('CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)');

  await part('promises', async (active) => {
    await connection.query('INSERT INTO birds VALUES (?, ?)', [1, "canary 'quoted'"]);
    const rows = await connection.query("SELECT id FROM birds WHERE name <> 'canary'");
    active('after await');
    seen.rows = rows.length;
    seen.options = (
      await connection.query({ sql: 'SELECT name FROM birds WHERE id = ?', rowsAsArray: true }, [1])
    ).length;
    await connection.execute('SELECT name FROM birds WHERE id = ?', [1]);
  });

  await part('batches', async () => {
    await connection.batch('INSERT INTO birds VALUES (?, ?)', [
      [2, 'canary-2'],
      [3, 'canary-3'],
    ]);
    await connection.batch('INSERT INTO birds VALUES (?, ?)', [[4, 'canary-4']]);
  });

  await part('transaction', async () => {
    await connection.beginTransaction();
    await connection.query('DELETE FROM birds WHERE id = 4');
    await connection.rollback();
    await connection.beginTransaction();
    await connection.query('UPDATE birds SET name = ? WHERE id = 4', ['canary']);
    await connection.commit();
  });

  await part('prepared', async () => {
    const prepared = await connection.prepare('SELECT name FROM birds WHERE id = ?');
    seen.prepared = [(await prepared.execute([1])).length, (await prepared.execute([2])).length];
    prepared.close();
  });

  await part('streams', async (active) => {
    const ids = [];
    const stream = connection.queryStream('SELECT id FROM birds ORDER BY id');
    stream.on('data', (row) => {
      active('on data');
      ids.push(row.id);
    });
    await once(stream, 'end');
    for await (const { id } of connection.queryStream('SELECT id FROM birds WHERE id < ?', [3])) ids.push(id);
    for await (const { id } of connection.queryStream('SELECT id FROM birds WHERE id > ?', [9])) ids.push(id);
    seen.ids = ids;
    const failing = connection.queryStream("SELECT 'canary' FROM missing");
    seen.failing = await new Promise((resolve) => failing.on('error', (error) => resolve(error.code)));
  });

  await part('errors', async (active) => {
    seen.missing = await connection.query("SELECT 'canary' FROM missing").catch(code);
    active('after a rejection');
    seen.duplicate = await connection.query('INSERT INTO birds VALUES (1, ?)', ['canary']).catch(code);
    seen.executed = await connection.execute("SELECT 'canary' FORM missing").catch(code);
  });

  await part('quiet', async () => {
    const parent = { ...trace.getSpan(context.active()).spanContext(), traceFlags: 0 };
    const unsampled = trace.wrapSpanContext(parent);
    await context.with(trace.setSpan(context.active(), unsampled), () => connection.query('SELECT 1'));
  });

  await part('lost', async () => {
    const other = await mariadb.createConnection(mariadbSettings);
    other.on('error', () => {});
    const lost = other.query("SELECT SLEEP(60), 'canary'").catch(code);
    await connection.query('KILL ?', [other.threadId]);
    seen.lost = await lost;
    seen.after = await other.query('SELECT 1').catch(code);
  });

  await connection.end();
  console.log(JSON.stringify(seen));
}
main();
