// Failures that nobody handles, and arguments that no one expects: prints what the process learns of them.
const mariadb = require(process.env.LIBRARY || 'mariadb');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const seen = [];
process.on('unhandledRejection', (error) => seen.push(`rejection ${error.code ?? error.message}`));

const turn = () => new Promise((resolve) => setImmediate(resolve));
const thrower = new Proxy(
  {},
  {
    get() {
      throw new Error('trap');
    },
  },
);

async function main() {
  const connection = await mariadb.createConnection(mariadbSettings);
  connection.query('SELECT 1 FROM missing');
  await connection.query('SELECT 1');
  await turn();
  for (const odd of [null, thrower, Object.freeze({ sql: 'SELECT 2' })]) {
    try {
      seen.push((await connection.query(odd)).length);
    } catch (error) {
      seen.push(`thrown ${error.code ?? error.message}`);
    }
  }
  seen.push(
    connection.query('SELECT 1').constructor.name,
    mariadb.createPool.name,
    Object.keys(mariadb).join(),
  );
  await connection.end();
  const pool = mariadb.createPool({ ...mariadbSettings, connectionLimit: 1 });
  pool.query('SELECT 3 FROM missing');
  await pool.query('SELECT 1');
  await turn();
  await pool.end();
  for (const odd of [null, thrower]) {
    try {
      mariadb.createPool(odd);
    } catch (error) {
      seen.push(`thrown ${error.message}`);
    }
  }
  console.log(JSON.stringify(seen));
  process.exit();
}
main();
