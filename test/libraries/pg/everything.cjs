// Uses pg as applications do; each part below a span of its own, named after the part.
// Values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const { context, trace } = require('@opentelemetry/api');
const pg = require(process.env.LIBRARY || 'pg');
const { called, part, seen } = require('../../support/parts.cjs');

const code = (error) => error.code || error.message;

async function main() {
  // Connected outside of every part: what its socket calls back knows no part's span.
  const client = new pg.Client();
  await client.connect();
  await client.query('CREATE TEMP TABLE birds (id int PRIMARY KEY, name text)');

  await part('promises', async (active) => {
    const result = await client.query("SELECT name FROM birds WHERE name = 'canary'");
    active('after await');
    seen.rows = result.rows;
    await client.query('INSERT INTO birds VALUES ($1, $2), ($3, $4)', [1, 'canary-1', 2, 'canary-2']);
    await client.query({
      text: 'SELECT id FROM birds WHERE name = $1',
      values: ['canary-1'],
      rowMode: 'array',
    });
    seen.named = [
      (await client.query({ name: 'by-id', text: 'SELECT name FROM birds WHERE id = $1', values: [1] })).rows,
      (await client.query({ name: 'by-id', values: [2] })).rows,
    ];
    seen.several = (await client.query("SELECT 'canary'; SELECT 2")).length;
    seen.plainPromise = Object.getPrototypeOf(client.query('SELECT 1')) === Promise.prototype;
  });

  await part('callbacks', async (active) => {
    seen.callback = await called((done) =>
      client.query('SELECT name FROM birds WHERE id = 1', (error, result) => {
        active('(text, callback)');
        done(error, result.rows);
      }),
    );
    await called((done) =>
      client.query('SELECT name FROM birds WHERE id = $1', [1], (...args) => {
        active('(text, values, callback)');
        done(...args);
      }),
    );
    const config = { text: 'SELECT 1', callback: undefined };
    await called((done) => {
      config.callback = done;
      client.query(config);
    });
    const own = config.callback;
    seen.keepsCallback = await called((done) => {
      client.query(config, [], () => done(config.callback === own));
    });
  });

  await part('errors', async (active) => {
    seen.missing = await client.query("SELECT 'canary' FROM missing").catch(code);
    active('after a rejection');
    seen.duplicate = await client.query('INSERT INTO birds VALUES ($1, $2)', [1, 'canary']).catch(code);
    const [error, result] = await called((done) =>
      client.query("SELECT 'canary'::int", (...args) => {
        active('in a callback');
        done(...args);
      }),
    );
    seen.invalid = [error.code, result];
    seen.empty = await client.query({ values: ['canary'] }).catch(code);
    for (const bad of [null, undefined]) {
      try {
        client.query(bad);
      } catch (thrown) {
        seen.thrown = thrown.constructor.name;
      }
    }
    // 8.0 throws once the answer is there, out of the socket.
    if (!process.env.LIBRARY) {
      try {
        client.query('SELECT 1', [], 'canary');
      } catch (thrown) {
        seen.badCallback = thrown.message;
      }
    }
  });

  await part('query objects', async (active) => {
    const events = [];
    const query = new pg.Query('SELECT name FROM birds ORDER BY id');
    query.on('row', (row) => {
      active('on a row');
      events.push(row.name);
    });
    seen.sameObject = client.query(query) === query;
    await called((done) => query.on('end', done));
    active('on the end');
    seen.events = events;

    seen.objectCallback = await called((done) => {
      client.query(
        new pg.Query('SELECT 1', [], (error, result) => {
          active('in its callback');
          done(error, result.rowCount);
        }),
      );
    });
    const failing = client.query(new pg.Query("SELECT 'canary' FROM missing"));
    const [error] = await called((done) => failing.on('error', done));
    seen.objectError = error.code;
    seen.ownNames = Object.keys(failing).filter((name) => name.startsWith('handle'));
  });

  await part('quiet', async () => {
    // Below an unsampled span nothing is recorded, and callbacks still belong to their caller.
    const parent = { ...trace.getSpan(context.active()).spanContext(), traceFlags: 0 };
    const unsampled = trace.wrapSpanContext(parent);
    await context.with(trace.setSpan(context.active(), unsampled), async () => {
      await client.query('SELECT 1');
      seen.unsampled = await called((done) =>
        client.query('SELECT 1', () => done(trace.getSpan(context.active()) === unsampled)),
      );
    });
  });

  await part('lost', async () => {
    const other = new pg.Client();
    await other.connect();
    other.on('error', () => {});
    const ended = new Promise((resolve) => other.once('end', resolve));
    const { rows } = await other.query('SELECT pg_backend_pid() AS pid');
    const waiting = other.query("SELECT pg_sleep(60), 'canary'").catch(code);
    await client.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
    seen.lost = await waiting;
    await ended;
    seen.after = await other.query('SELECT 1').catch((error) => error.message);
  });

  await client.end();
  console.log(JSON.stringify(seen));
}
main();
