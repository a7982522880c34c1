// Leaves failures unhandled, in every way a caller can, and tells what the process sees of it.
const mysql = require(process.env.LIBRARY || 'mysql2');
const { mariadbSettings } = require('../../support/mariadb-settings.cjs');

const seen = [];
process.on('unhandledRejection', (error) => seen.push(`rejection ${error.code}`));
process.on('uncaughtException', (error) => seen.push(`exception ${error.code}`));
process.on('warning', (warning) => seen.push(`warning ${warning.name}`));
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function main() {
  const connection = mysql.createConnection(mariadbSettings);
  const promised = connection.promise();
  promised.query('SELECT 1 FROM missing');
  promised.execute('SELECT 1 FROM missing').then(() => {});
  promised.query('SELECT 1 FROM missing').catch(() => {});
  connection.query('SELECT 1 FROM missing', () => {});
  await promised.query('SELECT 1');
  await settled();
  connection.query('SELECT 1', () => {
    throw Object.assign(new Error(), { code: 'thrown by a callback' });
  });
  await promised.query('SELECT 1');
  await settled();
  await Promise.all(Array.from({ length: 30 }, () => promised.query('SELECT 1')));
  for (let time = 0; time < 30; time++) connection.query('SELECT 1').on('end', () => {});
  await promised.query('SELECT 1');
  const { query, execute } = mysql.Connection.prototype;
  seen.push(query.name, query.length, execute.name, execute.length);
  const command = connection.query('SELECT 1');
  seen.push(command.constructor.name, command.listenerCount('error'), Object.keys(connection).sort());
  await promised.end();

  // A query without a callback or a listener for 'error' breaks its connection. Older releases tell nobody.
  if (!process.env.LIBRARY) {
    const broken = mysql.createConnection(mariadbSettings);
    const failed = new Promise((resolve) => broken.on('error', resolve));
    await new Promise((resolve) => broken.connect(resolve));
    broken.query('SELECT 1 FROM missing');
    seen.push((await failed).code);
    broken.destroy();
  }

  // Nobody listens there.
  const pool = mysql.createPool({ host: '127.0.0.1', port: 1 });
  seen.push(await new Promise((resolve) => pool.query('SELECT 1', (error) => resolve(error.code))));
  await new Promise((resolve) => pool.end(resolve));
  console.log(JSON.stringify(seen));
}
main();
