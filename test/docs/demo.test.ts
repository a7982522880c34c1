/** Guards the README's first command: the demo's shop opens with a full stock each time, and leaves its database as it was. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { repository } from '../support/cache';
import { needs, serviceEnv, services } from '../support/services';

const DEMO = join(repository, 'examples/shop/demo.js');

test('the demo: each order counts from a full stock, and no table or schema stays', async (t) => {
  if (!(await needs(t, 'postgres'))) return;
  const before = await left();
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO], {
    env: { ...process.env, ...serviceEnv, JAEGER_HOST: '' },
  });
  assert.match(stdout, /^The shop uses PostgreSQL at /m);
  assert.deepEqual(stdout.match(/(?<="left":)-?\d+/g), ['1000', '999', '1000']);
  assert.match(stdout, /^5 traces:$/m);
  assert.deepEqual(await left(), before);
});

/** What a run of the demo could have left in the database. */
async function left(): Promise<unknown[]> {
  const client = new Client(services.postgres);
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'shop_demo%'
       UNION SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE 'shop%'
       ORDER BY name`,
    );
    return rows;
  } finally {
    await client.end();
  }
}
