// Sends a query in each way with TRACING_AGENT_SQL_COMMENT, and prints what the server was sent.
const pg = require(process.env.LIBRARY || 'pg');

const text = 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()';

async function main() {
  const client = new pg.Client();
  await client.connect();
  const given = { text, values: [] };
  const seen = {
    text: await client.query(text),
    bound: await client.query(`${text} AND pid > $1;`, [0]),
    options: await client.query(given),
    callback: await new Promise((resolve, reject) =>
      client.query(text, (error, result) => (error ? reject(error) : resolve(result))),
    ),
    own: await client.query(`${text} -- mine`),
    named: await client.query({ name: 'one', text }),
  };
  if (given.text !== text) throw new Error("the application's options have changed");
  await client.end();
  for (const way of Object.keys(seen)) seen[way] = seen[way].rows[0].query;
  console.log(JSON.stringify(seen));
}
main();
