// Uses mysql2 as applications do; each part below a span of its own, named after the part.
// Values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const { context, trace } = require('@opentelemetry/api');
const mysql = require(process.env.LIBRARY || 'mysql2');
const { called, part, seen } = require('../../support/parts.cjs');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const rowsOf = (answer) => JSON.parse(JSON.stringify(answer[1] ?? null));

async function main() {
  // Connected outside of every part: what its socket calls back knows no part's span.
  const connection = mysql.createConnection(mariadbSettings);
  await called((done) =>
    connection.query('CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)', done),
  );

  await part('callbacks', async (active) => {
    await called((done) => {
      connection.query("INSERT INTO birds VALUES (?, ?), (2, 'canary-2')", [1, 'canary-1'], (...args) => {
        active('(sql, values, callback)');
        done(...args);
      });
    });
    seen.rows = rowsOf(
      await called((done) => {
        connection.query("SELECT name FROM birds WHERE name <> 'canary' ORDER BY id", (...args) => {
          active('(sql, callback)');
          done(...args);
        });
      }),
    );
    await called((done) =>
      connection.query({ sql: 'SELECT id FROM birds WHERE name = ?', values: ['canary-1'] }, done),
    );
    seen.array = rowsOf(
      await called((done) =>
        connection.query({ sql: 'SELECT id FROM birds', rowsAsArray: true }, undefined, done),
      ),
    );
    seen.named = rowsOf(
      await called((done) => {
        connection.query(
          { sql: 'SELECT id FROM birds WHERE name = :name', namedPlaceholders: true },
          { name: 'canary-2' },
          done,
        );
      }),
    );
    const command = mysql.createQuery(
      'SELECT id FROM birds WHERE name = ?',
      ['canary-1'],
      undefined,
      connection.config,
    );
    seen.sameCommand = await called((done) => {
      command.onResult = done;
      seen.isSame = connection.query(command) === command;
    }).then(rowsOf);
    await called((done) => {
      connection.ping((...args) => {
        active('pinged');
        done(...args);
      });
    });
  });

  await part('transaction', async () => {
    await called((done) => connection.beginTransaction(done));
    await called((done) => connection.rollback(done));
  });

  await part('executions', async (active) => {
    for (let time = 0; time < 2; time++) {
      seen.executed = rowsOf(
        await called((done) => {
          connection.execute('SELECT name FROM birds WHERE id = ?', [1], (...args) => {
            active('in a callback');
            done(...args);
          });
        }),
      );
    }
    const [, statement] = await called((done) => {
      connection.prepare('SELECT name FROM birds WHERE name = ?', (...args) => {
        active('prepared');
        done(...args);
      });
    });
    for (const name of ['canary-1', 'canary-2']) {
      seen.prepared = rowsOf(
        await called((done) => {
          statement.execute([name], (...args) => {
            active('in a callback of a statement');
            done(...args);
          });
        }),
      );
    }
    statement.close();
  });

  await part('errors', async (active) => {
    const [missing] = await called((done) => {
      connection.query("SELECT 'canary' FROM missing", (...args) => {
        active('in a callback');
        done(...args);
      });
    });
    const [duplicate] = await called((done) =>
      connection.execute('INSERT INTO birds VALUES (?, ?)', [1, 'canary'], done),
    );
    const [syntax] = await called((done) => connection.execute("SELECT 'canary' FORM missing", done));
    seen.errors = [missing.code, duplicate.errno, syntax.sqlState];
    try {
      connection.execute('SELECT ?', [undefined], () => {});
    } catch (thrown) {
      seen.thrown = thrown.constructor.name;
    }
  });

  await part('events', async (active) => {
    const rows = [];
    const query = connection.query('SELECT name FROM birds ORDER BY id');
    query.on('result', (row) => {
      active('on a row');
      rows.push(row.name);
    });
    await called((done) => query.on('end', done));
    active('on the end');
    const failing = connection.query("SELECT 'canary' FROM missing");
    const [error] = await called((done) => failing.on('error', done));
    rows.push(error.code);
    const executed = connection.execute('SELECT name FROM birds WHERE id = ?', [2]);
    executed.on('result', (row) => rows.push(row.name));
    await called((done) => executed.on('end', done));
    const unprepared = connection.execute("SELECT 'canary' FORM missing");
    const [syntax] = await called((done) => unprepared.on('error', done));
    rows.push(syntax.code);
    // By events: streams before 3.2 close before they end, which `for await` takes for a failure.
    const stream = connection.query('SELECT name FROM birds').stream();
    stream.on('data', (row) => rows.push(row.name));
    await called((done) => stream.on('end', done));
    seen.events = rows;
    seen.ownNames = Object.keys(failing).includes('emit');
  });

  await part('promises', async (active) => {
    const promised = connection.promise();
    const [rows] = await promised.query('SELECT name FROM birds WHERE id = ?', [1]);
    active('after await');
    seen.promised = rows.length;
    await promised.execute('SELECT name FROM birds WHERE id = ?', [2]);
    const statement = await promised.prepare('SELECT id FROM birds WHERE name = ?');
    await statement.execute(['canary-1']);
    await statement.close();
    seen.rejected = await promised.query("SELECT 'canary' FROM missing").catch((error) => error.code);
    active('after a rejection');
  });

  await part('quiet', async () => {
    // Below an unsampled span nothing is recorded, and callbacks still belong to their caller.
    const parent = { ...trace.getSpan(context.active()).spanContext(), traceFlags: 0 };
    const unsampled = trace.wrapSpanContext(parent);
    await context.with(trace.setSpan(context.active(), unsampled), async () => {
      seen.unsampled = await called((done) => {
        connection.query('SELECT 1', () => done(trace.getSpan(context.active()) === unsampled));
      });
    });
  });

  await part('lost', async () => {
    const other = mysql.createConnection(mariadbSettings);
    other.on('error', () => {});
    await called((done) => other.connect(done));
    const waiting = called((done) => other.query("SELECT SLEEP(60), 'canary'", done));
    const streaming = other.query("SELECT 'canary'");
    await called((done) => connection.query('KILL ?', [other.threadId], done));
    const [error] = await waiting;
    seen.lost = error.code;
    streaming.on('error', () => {});
    seen.after = (await called((done) => other.query("SELECT 'canary'", done)))[0].fatal;
    other.query("SELECT 'canary'");
  });

  await called((done) => connection.end(done));
  console.log(JSON.stringify(seen));
}
main();
