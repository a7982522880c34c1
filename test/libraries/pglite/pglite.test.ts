/**
 * PGlite under the agent, in child processes: each query is one span below its caller, from both builds.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { outline } from '../../support/span-outline';
import { traceApp } from '../../support/trace-app';

/** The first and the last of each 0.x. */
const libraries = [
  ...['pglite02-lowest', 'pglite02', 'pglite03-lowest', 'pglite03', 'pglite04-lowest', 'pglite04'],
  ...['pglite05-lowest', '@electric-sql/pglite'],
];
// The ES modules of the newest alone: those of an alias are not seen.
const runs = [
  ...libraries.map((library) => [library, 'everything.cjs'] as const),
  [libraries.at(-1)!, 'everything.mjs'] as const,
];

for (const [library, file] of runs) {
  test(`${library}, ${file}: each query is one span, also in a transaction`, async (t) => {
    if (!needsLibrary(t, library)) return;
    // Starting WebAssembly takes its time where other tests run.
    const run = await traceApp(join(__dirname, file), { env: { LIBRARY: library }, timeout: 60_000 });
    assert.equal(run.code, 0, run.stderr);
    // The first release prints what its WebAssembly says.
    assert.match(run.stderr, /^(prerun.*\n)?$/);
    assert.equal(JSON.stringify(run.spans).includes('canary'), false, 'a value or message got out');
    assert.deepEqual(JSON.parse(run.stdout.trim().split('\n').at(-1)!), {
      rows: 1,
      failed: '42P01',
      active: true,
    });
    assert.deepEqual(outline(run.spans).parent, [
      'DELETE birds | DELETE FROM birds WHERE name = ?',
      'INSERT birds | INSERT INTO birds VALUES (?)',
      'SELECT birds | SELECT id FROM birds',
      // Templates of ours, in the first release.
      `SELECT birds | SELECT id FROM birds WHERE name = ${library === 'pglite02-lowest' ? '$1' : '?'}`,
      'SELECT birds | SELECT name FROM birds WHERE id = $1',
      'SELECT missing | SELECT ? FROM missing | 42P01',
    ]);
  });
}
