// Uses pg through pg-native and pg-promise. Values all hold "canary", which no packet may contain.
// Of this folder: pg-native has to be where pg looks for it.
const pg = require('../node_modules/pg');
const { below, isActive } = require('../../support/parts.cjs');

const seen = { wrong: [] };

function part(name, work) {
  return below(name, (span) =>
    work((where) => {
      if (!isActive(span)) seen.wrong.push(`${name} ${where}`);
    }),
  );
}

async function main() {
  const client = new pg.native.Client();
  await client.connect();
  await part('native', async (check) => {
    seen.native = [
      (await client.query("SELECT 1 AS n, 'canary'")).rows[0].n,
      (await client.query('SELECT $1::int AS n', [2])).rows[0].n,
      await new Promise((resolve) =>
        client.query('SELECT 3 AS n', (_error, { rows }) => {
          check('in a callback');
          resolve(rows[0].n);
        }),
      ),
    ];
    check('after await');
    seen.named = (await client.query({ name: 'n', text: 'SELECT $1::int AS n', values: [1] })).rows[0].n;
    seen.missing = await client.query("SELECT 'canary' FROM missing").catch((error) => error.code);
    const query = client.query(new pg.native.Query('SELECT 4 AS n'));
    seen.events = await new Promise((resolve) => query.on('end', () => resolve('end')));
  });
  await new Promise((resolve) => client.end(resolve));

  const pgp = require('pg-promise')();
  const {
    PGHOST: host,
    PGPORT: port,
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  } = process.env;
  const db = pgp({ host, port: Number(port), user, password, database, max: 1 });
  await db.connect().then((held) => held.done());
  await part('promise', async (check) => {
    seen.one = (await db.one('SELECT 1 AS one')).one;
    check('after await');
    seen.task = await db.task(async (task) => (await task.one('SELECT 2 AS two, $1', ['canary'])).two);
    check('after a task');
    seen.aborted = await db
      .tx(async (tx) => {
        check('in a transaction');
        await tx.one('SELECT 3 AS three');
        throw new Error('no');
      })
      .catch((error) => error.message);
  });
  pgp.end();
  console.log(JSON.stringify(seen));
}
main();
