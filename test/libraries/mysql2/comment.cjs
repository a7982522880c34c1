// Sends a query in each way with TRACING_AGENT_SQL_COMMENT, and prints what the server was sent.
const mysql = require(process.env.LIBRARY || 'mysql2');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const text = 'SELECT INFO AS query FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()';

async function main() {
  const pool = mysql.createPool(mariadbSettings);
  const connection = mysql.createConnection(mariadbSettings).promise();
  const given = { sql: text };
  const seen = {
    text: await connection.query(text),
    bound: await connection.query(`${text} AND ID > ?;`, [0]),
    options: await connection.query(given),
    pool: await pool.promise().query(text),
    own: await connection.query(`${text} /* mine */`),
    execute: await connection.execute(text),
  };
  if (given.sql !== text) throw new Error("the application's options have changed");
  await connection.end();
  await pool.promise().end();
  for (const way of Object.keys(seen)) seen[way] = seen[way][0][0].query;
  console.log(JSON.stringify(seen));
}
main();
