// Sends a query in each way with TRACING_AGENT_SQL_COMMENT, and prints what the server was sent.
const postgres = require(process.env.LIBRARY || 'postgres');
const { postgresSettings } = require('../../support/postgres-settings.cjs');

const sql = postgres({ ...postgresSettings, max: 1 });

async function main() {
  const text = 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()';
  const seen = [
    await sql.unsafe(text),
    await sql.unsafe(`${text} AND pid > $1;`, [0]),
    await sql.unsafe(`${text} /* mine */`),
    await sql.unsafe(text, [], { prepare: true, simple: false }),
    await sql`SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
  ];
  await sql.end();
  console.log(JSON.stringify(seen.map(([row]) => row.query)));
}
main();
