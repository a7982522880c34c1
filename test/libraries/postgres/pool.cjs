// Many requests at a time through one connection, each below a root span of its own; a value tells them apart.
const { context, trace } = require('@opentelemetry/api');
const postgres = require(process.env.LIBRARY || 'postgres');

const tracer = trace.getTracer('fixture');
const {
  PGHOST: host,
  PGPORT: port,
  PGUSER: username,
  PGPASSWORD: password,
  PGDATABASE: database,
} = process.env;
const sql = postgres({ host, port: Number(port), username, password, database, max: 1 });
const wrong = [];

async function request(at) {
  const name = `request ${at}`;
  await tracer.startActiveSpan(name, async (span) => {
    const check = (where) => {
      if (trace.getSpan(context.active())?.spanContext().spanId !== span.spanContext().spanId)
        wrong.push(`${name} ${where}`);
    };
    await sql.unsafe(`SELECT ${at} AS unsafe_${at}`);
    check('after a promise');
    await sql`SELECT ${at}::int AS ${sql(`template_${at}`)}`.forEach(() => {
      check('in a row');
    });
    await sql.begin(async (tx) => {
      check('in a transaction');
      await tx.unsafe(`SELECT ${at} AS inside_${at}`);
    });
    check('after a transaction');
    await sql.unsafe(`SELECT 1 FROM missing_${at}`).catch(() => check('after an error'));
    span.end();
  });
}

async function main() {
  await Promise.all(Array.from({ length: 20 }, (_, at) => request(at)));
  await sql.end();
  console.log(JSON.stringify(wrong));
}
main();
