// Reads through a cursor and through a stream, whose rows arrive by a socket that knows nothing of who asked.
const pg = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');
const { below, isActive } = require('../../support/parts.cjs');

const seen = {};

function part(name, work) {
  return below(name, (span) =>
    work((where) => {
      seen[`${name}: ${where}`] = isActive(span);
    }),
  );
}

async function main() {
  const client = new pg.Client();
  await client.connect();

  await part('cursor', async (active) => {
    const cursor = client.query(new Cursor("SELECT n, 'canary' FROM generate_series(1, $1::int) AS n", [5]));
    seen.first = (await cursor.read(2)).map((row) => row.n);
    seen.rest = await new Promise((resolve) => {
      cursor.read(10, (_error, rows) => {
        active('in a callback');
        resolve(rows.map((row) => row.n));
      });
    });
    await cursor.close();
  });
  await part('failing cursor', async () => {
    const cursor = client.query(new Cursor('SELECT n FROM missing'));
    seen.cursorError = await cursor.read(1).catch((error) => error.code);
  });
  await part('stream', async (active) => {
    const stream = client.query(
      new QueryStream("SELECT n, 'canary' FROM generate_series(1, 5) AS n", [], { batchSize: 2 }),
    );
    const numbers = [];
    stream.on('data', (row) => {
      active('on data');
      numbers.push(row.n);
    });
    await new Promise((resolve, reject) => stream.on('error', reject).on('end', resolve));
    seen.stream = numbers;
  });
  await part('failing stream', async () => {
    const stream = client.query(new QueryStream('SELECT n FROM missing'));
    seen.streamError = await new Promise((resolve) =>
      stream.on('error', (error) => resolve(error.code)).resume(),
    );
  });
  await client.end();
  console.log(JSON.stringify(seen));
}
main();
