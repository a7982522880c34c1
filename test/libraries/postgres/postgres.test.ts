/**
 * postgres (postgres.js) under the agent, against a real PostgreSQL, in child processes started as a user would: the
 * lowest and the newest release.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertActive, assertApart, assertClean } from '../../support/client-run';
import { needsLibrary } from '../../support/libraries';
import { needs, serviceEnv, services } from '../../support/services';
import { databaseTags, onlyBelow, outline } from '../../support/span-outline';
import { runApp, traceApp } from '../../support/trace-app';

const fixture = (name: string) => join(__dirname, name);

const expected = {
  none: ['CREATE TABLE birds | CREATE TEMP TABLE birds (id int PRIMARY KEY, name text)'],
  templates: [
    'INSERT birds | INSERT INTO birds ("id","name")values(?)',
    'INSERT birds | INSERT INTO birds (id, name) VALUES (?) RETURNING name',
    'SELECT "birds" | SELECT "id" FROM "birds" WHERE name = $1',
    'SELECT birds | SELECT id FROM birds WHERE name LIKE $1 AND id > $2',
    'SELECT birds | SELECT name FROM birds',
    'SELECT | SELECT ?',
    'SELECT | SELECT ? AS one',
  ],
  unsafe: [
    'SELECT SELECT | SELECT ?; SELECT ?',
    'SELECT birds | SELECT id FROM birds WHERE name = $1',
    'SELECT birds | SELECT id FROM birds WHERE name = ?',
    'SELECT birds | SELECT id FROM birds WHERE name = ?',
  ],
  rows: [
    'SELECT birds | SELECT name FROM birds ORDER BY id',
    'SELECT | SELECT n FROM generate_series(?, ?) AS n',
    'SELECT | SELECT n FROM generate_series(?, ?) AS n',
    'SELECT | SELECT n FROM generate_series(?, ?) AS n',
  ],
  transactions: [
    'DELETE birds | DELETE FROM birds',
    'INSERT birds | INSERT INTO birds VALUES (?)',
    'INSERT birds | INSERT INTO birds VALUES (?) | 23505',
    'begin | begin',
    'begin | begin',
    'commit | commit',
    'rollback | rollback',
    'rollback | rollback to "s0"',
    'savepoint | savepoint "s0"',
  ],
  copy: ['COPY birds | COPY birds TO STDOUT'],
  errors: [
    'INSERT birds | INSERT INTO birds VALUES (?) | 23505',
    'SELECT missing | SELECT ? FROM missing | 42P01',
    'SELECT | SELECT $1 | Error',
    'SELECT | SELECT $1 | UNDEFINED_VALUE',
    'SELECT | SELECT pg_sleep(?), ? | 57014',
  ],
  quiet: [],
};

for (const library of ['postgres', 'postgres-lowest']) {
  const env = { LIBRARY: library };

  test(`${library}: each query that is sent is one span below its caller, in every style`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'postgres'))) return;
    const run = await traceApp(fixture('everything.cjs'), { env });
    assertClean(run);
    // 3.0.0 tells of the server's last words, later ones that the connection has closed.
    const lost = library === 'postgres' ? 'CONNECTION_CLOSED' : '57P01';
    assert.deepEqual(outline(run.spans), {
      ...expected,
      lost: [
        'SELECT | SELECT ? | CONNECTION_ENDED',
        'SELECT | SELECT ? | ECONNREFUSED',
        'SELECT | SELECT pg_backend_pid() AS pid',
        `SELECT | SELECT pg_sleep(?), ? | ${lost}`,
        'SELECT | SELECT pg_terminate_backend($1)',
      ],
    });

    const { active, ...seen } = JSON.parse(run.stdout);
    assertActive(active, 7);
    assert.deepEqual(seen, {
      inserted: [{ name: 'canary-1' }],
      found: [{ id: 1 }],
      fragments: 2,
      isPromise: true,
      chained: 1,
      twice: 2,
      described: 1,
      unsafe: [{ id: 1 }],
      bound: [{ id: 2 }],
      several: 2,
      file: [{ id: 2 }],
      each: ['canary-1', 'canary-2'],
      batches: [2, 2, 1, 2, 1],
      savepoint: '23505',
      rolledBack: 'no',
      copied: 3,
      missing: '42P01',
      duplicate: '23505',
      undefinedValue: 'UNDEFINED_VALUE',
      throwing: 'canary',
      reads: 0,
      cancelled: '57014',
      unsampled: true,
      lost,
      ended: 'CONNECTION_ENDED',
      refused: 'ECONNREFUSED',
    });

    const { host, port, database } = services.postgres;
    const found = run.spans.find(
      (span) => span.tags['db.query.text'] === 'SELECT name FROM birds ORDER BY id',
    );
    assert.deepEqual(databaseTags(found), {
      'db.system.name': 'postgresql',
      'db.namespace': database,
      'server.address': host,
      ...(port === 5432 ? {} : { 'server.port': port }),
      'db.operation.name': 'SELECT',
      'db.collection.name': 'birds',
      'db.query.summary': 'SELECT birds',
      'db.query.text': 'SELECT name FROM birds ORDER BY id',
      'db.response.returned_rows': 2,
    });
    const failed = run.spans.find((span) => span.tags['error.type'] === '42P01');
    assert.equal(failed?.tags['db.response.status_code'], '42P01');
  });

  test(`${library}: requests that share one connection keep their traces apart`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'postgres'))) return;
    const run = await traceApp(fixture('pool.cjs'), { env });
    assertClean(run);
    assertApart(run, (at) => [
      `SELECT $1::int AS "template_${at}"`,
      `SELECT ? AS inside_${at}`,
      `SELECT ? AS unsafe_${at}`,
      `SELECT ? FROM missing_${at}`,
      'begin',
      'commit',
    ]);
  });

  test(`${library}: failures that nobody handles and odd arguments end as without the agent`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'postgres'))) return;
    const bare = await runApp(fixture('unhandled.cjs'), { env: { ...serviceEnv, ...env }, preload: 'none' });
    const run = await traceApp(fixture('unhandled.cjs'), { env });
    assert.match(bare.stdout, /"rejection 42P01","rejection 42P01"/);
    assert.equal(run.stdout, bare.stdout);
    assert.equal(run.code, bare.code);
  });
}

test('the trace goes into a comment where it is asked for, and never into a prepared statement', async (t) => {
  if (!needsLibrary(t, 'postgres') || !(await needs(t, 'postgres'))) return;
  const plain = await traceApp(fixture('comment.cjs'));
  assert.ok(!plain.stdout.includes('traceparent'));
  const run = await traceApp(fixture('comment.cjs'), { env: { TRACING_AGENT_SQL_COMMENT: 'true' } });
  assert.equal(run.code, 0, run.stderr);
  const text = 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()';
  const comment = (at: number) => {
    const { traceId, spanId } = run.spans[at]!;
    return ` /*traceparent='00-${traceId}-${spanId}-01'*/`;
  };
  assert.deepEqual(JSON.parse(run.stdout), [
    `${text}${comment(0)}`,
    `${text} AND pid > $1${comment(1)};`,
    `${text} /* mine */`,
    text,
    text,
  ]);
  assert.ok(run.spans.every((span) => !String(span.tags['db.query.text']).includes('traceparent')));
});

test('the ES modules of the package are traced', async (t) => {
  if (!needsLibrary(t, 'postgres') || !(await needs(t, 'postgres'))) return;
  const run = await traceApp(fixture('static-import.mjs'));
  assertClean(run);
  const span = onlyBelow(run.spans, 'parent');
  assert.equal(span.name, 'SELECT pg_class');
  assert.equal(span.tags['server.address'], services.postgres.host);
});
