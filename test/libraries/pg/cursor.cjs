// Reads through a cursor and through a stream, whose rows arrive by a socket that knows nothing of who asked.
const { context, trace } = require('@opentelemetry/api');
const pg = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');

const tracer = trace.getTracer('fixture');
const seen = {};

async function part(client, name, work) {
  await tracer.startActiveSpan(name, async (span) => {
    const active = (where) => {
      seen[`${name}: ${where}`] =
        trace.getSpan(context.active())?.spanContext().spanId === span.spanContext().spanId;
    };
    await work(client, active);
    span.end();
  });
}

async function main() {
  const client = new pg.Client();
  await client.connect();

  await part(client, 'cursor', async (_, active) => {
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
  await part(client, 'failing cursor', async () => {
    const cursor = client.query(new Cursor('SELECT n FROM missing'));
    seen.cursorError = await cursor.read(1).catch((error) => error.code);
  });
  await part(client, 'stream', async (_, active) => {
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
  await part(client, 'failing stream', async () => {
    const stream = client.query(new QueryStream('SELECT n FROM missing'));
    seen.streamError = await new Promise((resolve) =>
      stream.on('error', (error) => resolve(error.code)).resume(),
    );
  });
  await client.end();
  console.log(JSON.stringify(seen));
}
main();
