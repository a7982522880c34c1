// Uses sqlite3 as applications do; each part below a span of its own, named after the part.
// Values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const sqlite3 = require(process.env.LIBRARY || 'sqlite3');
const { called, part, seen } = require('../../support/parts.cjs');

async function main() {
  let database;
  await called((done) => {
    database = new sqlite3.Database(process.env.DATABASE, done);
  });
  await called((done) =>
    database.exec(
      "CREATE TABLE birds (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO birds VALUES (0, 'canary-0')",
      done,
    ),
  );

  await part('database', async (active) => {
    const [error, lastID] = await called((done) =>
      database.run('INSERT INTO birds VALUES (?, ?)', [1, 'canary-1'], function (failure) {
        active('run');
        done(failure, this.lastID);
      }),
    );
    seen.run = [error, lastID];
    seen.get = await called((done) =>
      database.get("SELECT id FROM birds WHERE name = 'canary-1'", (...args) => {
        active('get');
        done(...args);
      }),
    );
    seen.all = (await called((done) => database.all('SELECT name FROM birds', done)))[1].length;
    seen.map = await called((done) => database.map('SELECT id, id FROM birds', done));
    let rows = 0;
    seen.each = await called((done) =>
      database.each(
        'SELECT id FROM birds WHERE id >= $id',
        { $id: 0 },
        () => {
          rows++;
          active('row');
        },
        (...args) => {
          active('complete');
          done(...args);
        },
      ),
    );
    seen.rows = rows;
    await called((done) => database.each('SELECT id FROM birds LIMIT 1', done));
    await called((done) => new sqlite3.Database(':memory:', () => done(active('open'))));
  });
  await part('statement', async (active) => {
    const insert = database.prepare('INSERT INTO birds VALUES (?, ?)');
    insert.run(2, 'canary-2');
    await called((done) => insert.run(3, 'canary-3', done));
    await called((done) =>
      insert.finalize(() => {
        active('finalize');
        done();
      }),
    );
    const select = database.prepare('SELECT name FROM birds WHERE id = ?');
    seen.prepared = (await called((done) => select.get(2, done)))[1].name;
    await called((done) => select.finalize(done));
  });
  await part('errors', async () => {
    const codeOf = async (start) => (await called(start))[0].code;
    seen.codes = [
      await codeOf((done) => database.run("INSERT INTO birds VALUES (1, 'canary')", done)),
      await codeOf((done) => database.get("SELECT 'canary' FROM missing", done)),
      await codeOf((done) => database.each("SELECT 'canary' FROM missing", () => {}, done)),
      await codeOf((done) => database.exec("SELECT 'canary' FORM missing", done)),
      await codeOf((done) => database.prepare('SELECT name FROM missing', done)),
    ];
  });
  await part('silent', async () => {
    database.run("UPDATE birds SET name = 'canary-4' WHERE id = 1");
    database.exec("DELETE FROM birds WHERE name = 'canary-2'");
    await called((done) => database.wait(done));
  });
  await part('serialized', async (active) => {
    await called((done) =>
      database.serialize(() => {
        database.run('BEGIN');
        database.run("DELETE FROM birds WHERE name = 'canary-3'");
        database.run('COMMIT', (...args) => {
          active('serialize');
          done(...args);
        });
      }),
    );
  });
  await called((done) => database.close(done));
  console.log(JSON.stringify(seen));
}

main();
