// Failures that nobody handles, and what is thrown at once: prints what the process learns of them.
const postgres = require(process.env.LIBRARY || 'postgres');
const { postgresSettings } = require('../../support/postgres-settings.cjs');

const sql = postgres({ ...postgresSettings, max: 1 });
const seen = [];
process.on('unhandledRejection', (error) => seen.push(`rejection ${error.code ?? error.message}`));

const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

async function main() {
  sql`SELECT 1 FROM missing`.execute();
  await sql`SELECT 1`;
  await turn();
  sql.unsafe('SELECT 2 FROM missing').then(() => {});
  await sql`SELECT 1`;
  await turn();
  await sql`SELECT 1`
    .forEach(() => {
      throw new Error('thrown in a row');
    })
    .catch((error) => seen.push(`caught ${error.message}`));
  const thrower = new Proxy(
    {},
    {
      get() {
        throw new Error('trap');
      },
      getPrototypeOf() {
        throw new Error('trap');
      },
    },
  );
  for (const strings of [null, undefined, 1, thrower]) {
    try {
      seen.push(typeof sql(strings));
    } catch (error) {
      seen.push(`thrown ${error.message}`);
    }
  }
  await sql.unsafe(thrower).catch((error) => seen.push(`proxy ${error.message}`));
  seen.push(Object.keys(sql`SELECT 1`).sort().join());
  await sql.end({ timeout: 1 });
  console.log(JSON.stringify(seen));
}
main();
