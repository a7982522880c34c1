// Uses postgres as applications do; each part below a span of its own, named after the part.
// Values all hold "canary", which no packet may contain. Prints what it observed as one JSON line.
const { once } = require('node:events');
const { context, trace } = require('@opentelemetry/api');
const postgres = require(process.env.LIBRARY || 'postgres');
const { postgresSettings } = require('../../support/postgres-settings.cjs');
const { part, seen } = require('../../support/parts.cjs');

const connect = (options) => postgres({ ...postgresSettings, onnotice() {}, ...options });

/** Runs `work` below a span that isn't sampled. */
function unsampled(work) {
  const span = trace.wrapSpanContext({ ...trace.getSpan(context.active()).spanContext(), traceFlags: 0 });
  return context.with(trace.setSpan(context.active(), span), work, undefined, span);
}
const code = (error) => error.code || error.message;

async function main() {
  // Connected outside of every part: what its socket calls back knows no part's span.
  const sql = connect({ max: 1 });
  await sql`CREATE TEMP TABLE birds (id int PRIMARY KEY, name text)`;

  await part('templates', async (active) => {
    const name = 'canary-1';
    const rows = await sql`INSERT INTO birds (id, name) VALUES (${1}, ${name}) RETURNING name`;
    active('after await');
    seen.inserted = [...rows];
    await sql`INSERT INTO birds ${sql({ id: 2, name: 'canary-2' })}`;
    seen.found = [...(await sql`SELECT ${sql('id')} FROM ${sql('birds')} WHERE name = ${name}`)];
    const filter = sql`name LIKE ${'canary%'}`;
    seen.fragments = (await sql`SELECT id FROM birds WHERE ${filter} AND id > ${0}`).count;
    const query = sql`SELECT 1 AS one`;
    seen.isPromise = query instanceof Promise;
    seen.chained = await query.then(([row]) => row.one);
    seen.twice = [await query, await query].length;
    await sql`SELECT 2`.execute();
    seen.described = (await sql`SELECT name FROM birds`.describe()).columns.length;
    // Never asked for: never sent.
    sql`SELECT 'canary' FROM never`;
  });

  await part('unsafe', async () => {
    seen.unsafe = [...(await sql.unsafe("SELECT id FROM birds WHERE name = 'canary-1'"))];
    seen.bound = [...(await sql.unsafe('SELECT id FROM birds WHERE name = $1', ['canary-2']))];
    seen.several = (await sql.unsafe("SELECT 'canary'; SELECT 2")).length;
    seen.file = [...(await sql.file(`${__dirname}/birds.sql`))];
  });

  await part('rows', async (active) => {
    const each = [];
    await sql`SELECT name FROM birds ORDER BY id`.forEach((row) => {
      active('in forEach');
      each.push(row.name);
    });
    seen.each = each;
    const batches = [];
    await sql`SELECT n FROM generate_series(1, 5) AS n`.cursor(2, (rows) => {
      active('in a cursor');
      batches.push(rows.length);
    });
    for await (const rows of sql`SELECT n FROM generate_series(1, 3) AS n`.cursor(2)) {
      active('in an iteration');
      batches.push(rows.length);
    }
    for await (const [row] of sql`SELECT n FROM generate_series(1, 30) AS n`.cursor()) {
      if (row.n === 3) break;
    }
    seen.batches = batches;
  });

  await part('transactions', async (active) => {
    await sql.begin(async (tx) => {
      active('inside');
      await tx`INSERT INTO birds VALUES (3, ${'canary-3'})`;
      await tx
        .savepoint(async (inner) => {
          await inner`INSERT INTO birds VALUES (3, 'canary')`;
        })
        .catch((error) => {
          seen.savepoint = error.code;
        });
    });
    seen.rolledBack = await sql
      .begin(async (tx) => {
        await tx`DELETE FROM birds`;
        throw new Error('no');
      })
      .catch((error) => error.message);
  });

  await part('copy', async (active) => {
    const readable = await sql`COPY birds TO STDOUT`.readable();
    let text = '';
    readable.on('data', (chunk) => {
      active('on data');
      text += chunk;
    });
    await once(readable, 'end');
    seen.copied = text.split('\n').length - 1;
  });

  await part('errors', async (active) => {
    seen.missing = await sql`SELECT 'canary' FROM missing`.catch(code);
    active('after a rejection');
    seen.duplicate = await sql`INSERT INTO birds VALUES (1, ${'canary'})`.catch(code);
    seen.undefinedValue = await sql`SELECT ${undefined}`.catch(code);
    let reads = 0;
    const value = {
      get raw() {
        reads++;
        return undefined;
      },
      toString() {
        throw new Error('canary');
      },
    };
    seen.throwing = await sql`SELECT ${value}`.catch((error) => error.message);
    seen.reads = reads;
    const slow = sql`SELECT pg_sleep(60), 'canary'`;
    const failed = slow.catch(code);
    await new Promise((resolve) => setImmediate(resolve));
    slow.cancel();
    seen.cancelled = await failed;
  });

  await part('quiet', () =>
    unsampled(async (span) => {
      await sql`SELECT 1`.forEach(() => {
        seen.unsampled = trace.getSpan(context.active())?.spanContext().spanId === span.spanContext().spanId;
      });
    }),
  );

  await part('lost', async () => {
    const other = connect({ max: 1 });
    const [{ pid }] = await other`SELECT pg_backend_pid() AS pid`;
    const waiting = other`SELECT pg_sleep(60), 'canary'`.catch(code);
    // Ended before it has begun, it would begin once more.
    await unsampled(async () => {
      const busy = () => sql`SELECT 1 FROM pg_stat_activity WHERE pid = ${pid} AND wait_event = 'PgSleep'`;
      while ((await busy()).count === 0);
    });
    await sql`SELECT pg_terminate_backend(${pid})`;
    seen.lost = await waiting;
    await other.end({ timeout: 0 });
    seen.ended = await other`SELECT 1`.catch(code);
    const nowhere = connect({ host: '127.0.0.1', port: 1, max: 1 });
    seen.refused = await nowhere`SELECT 1`.catch(code);
    await nowhere.end({ timeout: 0 });
  });

  await sql.end();
  console.log(JSON.stringify(seen));
}
main();
