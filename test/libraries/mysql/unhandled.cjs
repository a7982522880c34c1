// Failures that nobody handles, and arguments that no one expects: prints what the process learns of them.
const mysql = require(process.env.LIBRARY || 'mysql');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const seen = [];
process.on('uncaughtException', (error) => seen.push(`exception ${error.code ?? error.message}`));

const connection = mysql.createConnection(mariadbSettings);
const settled = () => new Promise((resolve) => connection.query('SELECT 1', resolve));
const thrower = new Proxy(
  {},
  {
    get() {
      throw new Error('trap');
    },
    has() {
      throw new Error('trap');
    },
  },
);

async function main() {
  connection.query('SELECT 1 FROM missing');
  connection.on('error', (error) => seen.push(`connection ${error.code}`));
  await settled();
  connection.query('SELECT 2 FROM missing');
  await settled();
  connection.query('SELECT 1', () => {
    throw new Error('thrown in a callback');
  });
  await settled();
  for (const odd of [null, undefined, 7, thrower, Object.freeze({ sql: 'SELECT 3' })]) {
    try {
      const query = connection.query(odd, (error, rows) =>
        seen.push(error ? `error ${error.code}` : rows.length),
      );
      seen.push(query.constructor.name);
    } catch (error) {
      seen.push(`thrown ${error.message}`);
    }
    await settled();
  }
  seen.push(connection.query.length, connection.query.name);
  connection.destroy();
  console.log(JSON.stringify(seen));
}
main();
