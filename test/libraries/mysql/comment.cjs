// Sends a query in each way with TRACING_AGENT_SQL_COMMENT, and prints what the server was sent.
const mysql = require(process.env.LIBRARY || 'mysql');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');
const { called } = require('../../support/parts.cjs');

const text = 'SELECT INFO AS query FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()';

async function main() {
  const pool = mysql.createPool(mariadbSettings);
  const connection = mysql.createConnection(mariadbSettings);
  const given = { sql: text };
  const seen = {
    text: await called((done) => connection.query(text, done)),
    bound: await called((done) => connection.query(`${text} AND ID > ?;`, [0], done)),
    options: await called((done) => connection.query(given, done)),
    pool: await called((done) => pool.query(text, done)),
    own: await called((done) => connection.query(`${text} /* mine */`, done)),
  };
  if (given.sql !== text) throw new Error("the application's options have changed");
  connection.end();
  pool.end();
  for (const way of Object.keys(seen)) seen[way] = seen[way][1][0].query;
  console.log(JSON.stringify(seen));
}
main();
