// Leaves failures unhandled, in every way a caller can, and tells what the process sees of it.
const pg = require(process.env.LIBRARY || 'pg');

const seen = [];
process.on('unhandledRejection', (error) => seen.push(`rejection ${error.code}`));
process.on('uncaughtException', (error) => seen.push(`exception ${error.code}`));
process.on('warning', (warning) => seen.push(`warning ${warning.message}`));
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function main() {
  const client = new pg.Client();
  await client.connect();
  client.query('SELECT 1 FROM missing');
  client.query('SELECT 1 FROM missing').then(() => {});
  client.query('SELECT 1 FROM missing', () => {});
  client.query('SELECT 1 FROM missing').catch(() => {});
  await client.query('SELECT 1');
  await settled();
  await Promise.all(Array.from({ length: 30 }, () => client.query('SELECT 1')));
  // Under 8.0 a connection never answers again after that.
  if (!process.env.LIBRARY) {
    client.query('SELECT 1', () => {
      throw Object.assign(new Error(), { code: 'thrown by a callback' });
    });
    await client.query('SELECT 1');
    await settled();
  }
  const promise = client.query('SELECT 1');
  seen.push(Object.getPrototypeOf(promise) === Promise.prototype);
  await promise;
  const { query } = pg.Client.prototype;
  seen.push(query.name, query.length, Object.keys(client).sort());
  await client.end();

  class OtherPromise extends Promise {}
  const other = new pg.Client({ Promise: OtherPromise });
  await other.connect();
  const derived = other.query('SELECT 1');
  seen.push(derived instanceof OtherPromise, (await derived).rowCount);
  await other.end();

  // A query object without a listener for 'error' throws, and leaves its connection in the middle of an answer.
  const stuck = new pg.Client();
  await stuck.connect();
  stuck.on('error', () => {});
  const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
  stuck.query(new pg.Query('SELECT 1 FROM missing'));
  await thrown;
  stuck.connection.stream.destroy();

  // Nobody listens there.
  const closed = new pg.Client({ host: '127.0.0.1', port: 1 });
  seen.push(await closed.connect().catch((error) => error.code));
  seen.push(await closed.query('SELECT 1').catch((error) => error.constructor.name));
  const pool = new pg.Pool({ host: '127.0.0.1', port: 1 });
  seen.push(await pool.query('SELECT 1').catch((error) => error.code));
  await pool.end();
  console.log(JSON.stringify(seen));
}
main();
