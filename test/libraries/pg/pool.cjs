// Many requests at a time through one connection, each below a root span of its own; a value tells them apart.
const { context, trace } = require('@opentelemetry/api');
const { Pool } = require(process.env.LIBRARY || 'pg');

const tracer = trace.getTracer('fixture');
const pool = new Pool({ max: 1 });
const wrong = [];

async function request(at) {
  const name = `request ${at}`;
  await tracer.startActiveSpan(name, async (span) => {
    const check = (where) => {
      if (trace.getSpan(context.active())?.spanContext().spanId !== span.spanContext().spanId)
        wrong.push(`${name} ${where}`);
    };
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
    span.end();
  });
}

async function main() {
  await Promise.all(Array.from({ length: 20 }, (_, at) => request(at)));
  await pool.end();
  console.log(JSON.stringify(wrong));
}
main();
