/**
 * pg and pg-pool under the agent, against a real PostgreSQL, in child processes started as a user would.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertActive, assertApart, assertClean, assertCommented } from '../../support/client-run';
import { needsLibrary } from '../../support/libraries';
import { nodes } from '../../support/nodes';
import { needs, serviceEnv, services } from '../../support/services';
import { databaseTags, onlyBelow, outline } from '../../support/span-outline';
import { runApp, traceApp } from '../../support/trace-app';

const fixture = (name: string) => join(__dirname, name);

const expected = {
  none: ['CREATE TABLE birds | CREATE TEMP TABLE birds (id int PRIMARY KEY, name text)'],
  promises: [
    'INSERT birds | INSERT INTO birds VALUES (?)',
    'SELECT SELECT | SELECT ?; SELECT ?',
    'SELECT birds | SELECT id FROM birds WHERE name = $1',
    'SELECT birds | SELECT name FROM birds WHERE id = $1',
    'SELECT birds | SELECT name FROM birds WHERE id = $1',
    'SELECT birds | SELECT name FROM birds WHERE name = ?',
    'SELECT | SELECT ?',
  ],
  callbacks: [
    'SELECT birds | SELECT name FROM birds WHERE id = $1',
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
    'SELECT | SELECT ?',
    'SELECT | SELECT ?',
  ],
  errors: [
    'INSERT birds | INSERT INTO birds VALUES (?) | 23505',
    'SELECT missing | SELECT ? FROM missing | 42P01',
    'SELECT | SELECT ? | TypeError',
    'SELECT | SELECT ?::int | 22P02',
    'postgresql |  | Error',
  ],
  'query objects': [
    'SELECT birds | SELECT name FROM birds ORDER BY id',
    'SELECT missing | SELECT ? FROM missing | 42P01',
    'SELECT | SELECT ?',
  ],
  quiet: [],
  lost: [
    'SELECT | SELECT ? | Error',
    'SELECT | SELECT pg_backend_pid() AS pid',
    'SELECT | SELECT pg_sleep(?), ? | 57P01',
    'SELECT | SELECT pg_terminate_backend($1)',
  ],
};

for (const { name, path } of nodes) {
  test(`Node ${name}: each query is one span below its caller, in every style`, async (t) => {
    if (!(await needs(t, 'postgres'))) return;
    const run = await traceApp(fixture('everything.cjs'), { node: path });
    assertClean(run);
    assert.deepEqual(outline(run.spans), expected);

    const { active, ...seen } = JSON.parse(run.stdout);
    assertActive(active, 8);
    assert.deepEqual(seen, {
      rows: [],
      named: [[{ name: 'canary-1' }], [{ name: 'canary-2' }]],
      several: 2,
      plainPromise: true,
      callback: [null, [{ name: 'canary-1' }]],
      keepsCallback: [true],
      missing: '42P01',
      duplicate: '23505',
      invalid: ['22P02', null],
      empty: 'A query must have either text or a name. Supplying neither is unsupported.',
      thrown: 'TypeError',
      badCallback: 'callback is not a function',
      sameObject: true,
      events: ['canary-1', 'canary-2'],
      objectCallback: [null, 1],
      objectError: '42P01',
      ownNames: [],
      unsampled: [true],
      lost: '57P01',
      after: 'Client has encountered a connection error and is not queryable',
    });
  });

  test(`Node ${name}: requests that share one connection keep their traces apart`, async (t) => {
    if (!(await needs(t, 'postgres'))) return;
    const run = await traceApp(fixture('pool.cjs'), { node: path });
    assertClean(run);
    assertApart(run, (at) => [
      `SELECT $1::int AS callback_${at}`,
      `SELECT ? AS awaited_${at}`,
      `SELECT ? AS connected_${at}`,
      `SELECT ? AS promise_${at}`,
      `SELECT ? FROM missing_${at}`,
    ]);
  });

  test(`Node ${name}: ES modules are traced, with a static and a dynamic import`, async (t) => {
    if (!(await needs(t, 'postgres'))) return;
    for (const [file, printed] of [
      ['static-import.mjs', 'true'],
      ['dynamic-import.mjs', ''],
    ] as const) {
      const run = await traceApp(fixture(file), { node: path });
      assertClean(run);
      assert.equal(run.stdout.trim(), printed);
      assert.equal(onlyBelow(run.spans, 'parent').name, 'SELECT pg_class');
    }
  });

  test(`Node ${name}: failures that nobody handles look the same as without the agent`, async (t) => {
    if (!(await needs(t, 'postgres'))) return;
    const bare = await runApp(fixture('unhandled.cjs'), { node: path, env: serviceEnv, preload: 'none' });
    const run = await traceApp(fixture('unhandled.cjs'), { node: path });
    assert.match(bare.stdout, /"rejection 42P01","rejection 42P01"/);
    assert.match(bare.stdout, /"exception 42P01"/);
    assert.equal(run.stdout, bare.stdout);
    assert.equal(run.code, bare.code);
  });
}

test('attributes follow the conventions for PostgreSQL', async (t) => {
  if (!(await needs(t, 'postgres'))) return;
  const { spans } = await traceApp(fixture('everything.cjs'));
  const { host, port, database } = services.postgres;
  const where = {
    'db.system.name': 'postgresql',
    'db.namespace': database,
    'server.address': host,
    ...(port === 5432 ? {} : { 'server.port': port }),
  };
  const tagsOf = (text: string) => databaseTags(spans.find((span) => span.tags['db.query.text'] === text));
  assert.deepEqual(tagsOf('SELECT name FROM birds WHERE id = ?'), {
    ...where,
    'db.operation.name': 'SELECT',
    'db.collection.name': 'birds',
    'db.query.summary': 'SELECT birds',
    'db.query.text': 'SELECT name FROM birds WHERE id = ?',
    'db.response.returned_rows': 1,
  });
  const failed = spans.find((span) => span.tags['error.type'] === '42P01');
  assert.equal(failed?.tags['db.response.status_code'], '42P01');
  const broken = spans.find((span) => span.tags['error.type'] === 'Error');
  assert.equal(broken?.tags['db.response.status_code'], undefined);
});

test('cursors and streams are one span each, from the query to its last row', async (t) => {
  if (!(await needs(t, 'postgres'))) return;
  const { resolve } = createRequire(__filename);
  for (const name of ['pg-cursor', 'pg-query-stream']) {
    try {
      resolve(name);
    } catch {
      t.skip(`${name} is not installed`);
      return;
    }
  }
  const run = await traceApp(fixture('cursor.cjs'));
  assertClean(run);
  assert.deepEqual(JSON.parse(run.stdout), {
    first: [1, 2],
    'cursor: in a callback': true,
    rest: [3, 4, 5],
    cursorError: '42P01',
    'stream: on data': true,
    stream: [1, 2, 3, 4, 5],
    streamError: '42P01',
  });
  const rows = run.spans.filter((span) => span.tags['db.response.returned_rows'] === 5);
  assert.equal(rows.length, 2);
  assert.deepEqual(outline(run.spans), {
    cursor: ['SELECT | SELECT n, ? FROM generate_series(?, $1::int) AS n'],
    'failing cursor': ['SELECT missing | SELECT n FROM missing | 42P01'],
    stream: ['SELECT | SELECT n, ? FROM generate_series(?, ?) AS n'],
    'failing stream': ['SELECT missing | SELECT n FROM missing | 42P01'],
  });
});

test('pg 8.0.3: requests that share one connection keep their traces apart', async (t) => {
  if (!needsLibrary(t, 'pg-lowest') || !(await needs(t, 'postgres'))) return;
  const env = { LIBRARY: 'pg-lowest' };
  const pool = await traceApp(fixture('pool.cjs'), { env });
  assertClean(pool);
  assert.equal(pool.stdout.trim(), '[]', "a caller's span is not active");
  assert.equal(pool.spans.length, 20 * 6);
});

test('pg 8.0.3: queries of every style, and failures that nobody handles', async (t) => {
  if (!needsLibrary(t, 'pg-lowest') || !(await needs(t, 'postgres'))) return;
  const env = { LIBRARY: 'pg-lowest' };
  const run = await traceApp(fixture('everything.cjs'), { env });
  assertClean(run);
  // Without the callback that isn't one.
  const errors = expected.errors.filter((line) => !line.endsWith('TypeError'));
  assert.deepEqual(outline(run.spans), { ...expected, errors });
  const { active } = JSON.parse(run.stdout);
  assertActive(active);
  const bare = await runApp(fixture('unhandled.cjs'), { env: { ...serviceEnv, ...env }, preload: 'none' });
  assert.match(bare.stdout, /"rejection 42P01","rejection 42P01"/);
  assert.equal((await traceApp(fixture('unhandled.cjs'), { env })).stdout, bare.stdout);
});

test('pg-native and pg-promise: each query is one span below its caller', async (t) => {
  if (!needsLibrary(t, 'pg-native', 'pg-promise') || !(await needs(t, 'postgres'))) return;
  const run = await traceApp(fixture('around.cjs'));
  assertClean(run);
  const { wrong, ...seen } = JSON.parse(run.stdout);
  assert.deepEqual(wrong, [], "the caller's span is not active there");
  assert.deepEqual(seen, {
    native: [1, 2, 3],
    named: 1,
    missing: '42P01',
    events: 'end',
    one: 1,
    task: 2,
    aborted: 'no',
  });
  assert.deepEqual(outline(run.spans), {
    native: [
      'SELECT missing | SELECT ? FROM missing | 42P01',
      'SELECT | SELECT $1::int AS n',
      'SELECT | SELECT $1::int AS n',
      'SELECT | SELECT ? AS n',
      'SELECT | SELECT ? AS n',
      'SELECT | SELECT ? AS n, ?',
    ],
    promise: [
      'SELECT | SELECT ? AS one',
      'SELECT | SELECT ? AS three',
      'SELECT | SELECT ? AS two, ?',
      'begin | begin',
      'rollback | rollback',
    ],
  });
});

test('the trace goes into a comment where it is asked for, and never into a named statement', async (t) => {
  if (!(await needs(t, 'postgres'))) return;
  const run = await traceApp(fixture('comment.cjs'), { env: { TRACING_AGENT_SQL_COMMENT: 'true' } });
  assertClean(run);
  assertCommented(run, /named|own/, 6);
});
