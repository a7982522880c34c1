// Many requests at a time through one connection, each below a root span of its own; a value tells them apart.
const { Pool } = require(process.env.LIBRARY || 'pg');
const { manyRequests } = require('../../support/many-requests.cjs');

const pool = new Pool({ max: 1 });

async function request(at, check) {
  await pool.query(`SELECT ${at} AS promise_${at}`);
  check('after a promise');
  await new Promise((resolve) => {
    pool.query(`SELECT $1::int AS callback_${at}`, [at], () => {
      check('in a callback');
      resolve();
    });
  });
  await new Promise((resolve) => {
    pool.connect((error, client, release) => {
      check('connected');
      if (error) throw error;
      client.query(`SELECT ${at} AS connected_${at}`, () => {
        check('in a callback of a client');
        release();
        resolve();
      });
    });
  });
  const client = await pool.connect();
  check('after connecting');
  try {
    await client.query(`SELECT ${at} AS awaited_${at}`);
  } finally {
    client.release();
  }
  await pool.query(`SELECT 1 FROM missing_${at}`).catch(() => check('after an error'));
}

manyRequests(request, () => pool.end());
