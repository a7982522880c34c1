// Many requests at a time through one connection, each below a root span of its own; a value tells them apart.
const postgres = require(process.env.LIBRARY || 'postgres');
const { manyRequests } = require('../../support/many-requests.cjs');
const { postgresSettings } = require('../../support/postgres-settings.cjs');

const sql = postgres({ ...postgresSettings, max: 1 });

async function request(at, check) {
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
}

manyRequests(request, () => sql.end());
