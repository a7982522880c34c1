/**
 * PGlite under the agent, in child processes: each query is one span below its caller, from both builds.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { outline } from '../../support/span-outline';
import { traceApp } from '../../support/trace-app';

for (const file of ['everything.cjs', 'everything.mjs']) {
  test(`${file}: each query is one span, also in a transaction`, async (t) => {
    if (!needsLibrary(t, '@electric-sql/pglite')) return;
    // Starting WebAssembly takes its time where other tests run.
    const run = await traceApp(join(__dirname, file), { timeout: 60_000 });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stderr, '');
    assert.equal(JSON.stringify(run.spans).includes('canary'), false, 'a value or message got out');
    assert.deepEqual(JSON.parse(run.stdout), { rows: 1, failed: '42P01', active: true });
    assert.deepEqual(outline(run.spans).parent, [
      'DELETE birds | DELETE FROM birds WHERE name = ?',
      'INSERT birds | INSERT INTO birds VALUES (?)',
      'SELECT birds | SELECT id FROM birds',
      'SELECT birds | SELECT id FROM birds WHERE name = ?',
      'SELECT birds | SELECT name FROM birds WHERE id = $1',
      'SELECT missing | SELECT ? FROM missing | 42P01',
    ]);
  });
}
