/**
 * mysql2 under the agent, against a real MariaDB, in child processes started as a user would.
 */
import assert from 'node:assert/strict';
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
  none: ['CREATE TABLE birds | CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)'],
  callbacks: [
    'INSERT birds | INSERT INTO birds VALUES (?)',
    'SELECT birds | SELECT id FROM birds',
    'SELECT birds | SELECT id FROM birds WHERE name = :name',
    'SELECT birds | SELECT id FROM birds WHERE name = ?',
    'SELECT birds | SELECT id FROM birds WHERE name = ?',
    'SELECT birds | SELECT name FROM birds WHERE name <> ? ORDER BY id',
  ],
  transaction: ['ROLLBACK | ROLLBACK', 'START TRANSACTION | START TRANSACTION'],
  executions: [
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
    'SELECT birds | SELECT name FROM birds WHERE name = ?',
    'SELECT birds | SELECT name FROM birds WHERE name = ?',
  ],
  errors: [
    'INSERT birds | INSERT INTO birds VALUES (?) | 1062',
    'SELECT missing | SELECT ? FROM missing | 1146',
    'SELECT | SELECT ? FORM missing | 1064',
    'SELECT | SELECT ? | TypeError',
  ],
  events: [
    'SELECT birds | SELECT name FROM birds',
    'SELECT birds | SELECT name FROM birds ORDER BY id',
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
    'SELECT missing | SELECT ? FROM missing | 1146',
    'SELECT | SELECT ? FORM missing | 1064',
  ],
  promises: [
    'SELECT birds | SELECT id FROM birds WHERE name = ?',
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
    'SELECT missing | SELECT ? FROM missing | 1146',
  ],
  quiet: [],
  lost: [
    'KILL | KILL ?',
    'SELECT | SELECT ? | Error',
    'SELECT | SELECT ? | Error',
    'SELECT | SELECT ? | PROTOCOL_CONNECTION_LOST',
    'SELECT | SELECT SLEEP(?), ? | PROTOCOL_CONNECTION_LOST',
  ],
};

for (const { name, path } of nodes) {
  test(`Node ${name}: each query and execution is one span below its caller, in every style`, async (t) => {
    if (!(await needs(t, 'mariadb'))) return;
    const run = await traceApp(fixture('everything.cjs'), { node: path });
    assertClean(run);
    assert.deepEqual(outline(run.spans), expected);

    const { active, ...seen } = JSON.parse(run.stdout);
    assertActive(active, 11);
    assert.deepEqual(seen, {
      rows: [{ name: 'canary-1' }, { name: 'canary-2' }],
      array: [[1], [2]],
      named: [{ id: 2 }],
      isSame: true,
      sameCommand: [{ id: 1 }],
      executed: [{ name: 'canary-1' }],
      prepared: [{ name: 'canary-2' }],
      errors: ['ER_NO_SUCH_TABLE', 1062, '42000'],
      thrown: 'TypeError',
      events: [
        'canary-1',
        'canary-2',
        'ER_NO_SUCH_TABLE',
        'canary-2',
        'ER_PARSE_ERROR',
        'canary-1',
        'canary-2',
      ],
      ownNames: false,
      promised: 1,
      rejected: 'ER_NO_SUCH_TABLE',
      unsampled: [true],
      lost: 'PROTOCOL_CONNECTION_LOST',
      after: true,
    });
  });

  test(`Node ${name}: requests that share one connection keep their traces apart`, async (t) => {
    if (!(await needs(t, 'mariadb'))) return;
    const run = await traceApp(fixture('pool.cjs'), { node: path });
    assertClean(run);
    const names = [
      'call_executed',
      'called',
      'clustered',
      'connected',
      'executed',
      'listened',
      'of',
      'promised',
    ];
    assertApart(run, (at) => [
      ...names.map((each) => `SELECT ? AS ${each}_${at}`),
      `SELECT ? FROM missing_${at}`,
    ]);
  });

  test(`Node ${name}: ES modules are traced, with the promise API alone and with import()`, async (t) => {
    if (!(await needs(t, 'mariadb'))) return;
    for (const [file, printed] of [
      ['static-import.mjs', 'true'],
      ['dynamic-import.mjs', ''],
    ] as const) {
      const run = await traceApp(fixture(file), { node: path });
      assertClean(run);
      assert.equal(run.stdout.trim(), printed);
      assert.equal(onlyBelow(run.spans, 'parent').name, 'SELECT information_schema.tables');
    }
  });

  test(`Node ${name}: failures that nobody handles look the same as without the agent`, async (t) => {
    if (!(await needs(t, 'mariadb'))) return;
    const bare = await runApp(fixture('unhandled.cjs'), { node: path, env: serviceEnv, preload: 'none' });
    const run = await traceApp(fixture('unhandled.cjs'), { node: path });
    assert.match(bare.stdout, /"rejection ER_NO_SUCH_TABLE","rejection ER_NO_SUCH_TABLE"/);
    assert.equal(run.stdout, bare.stdout);
    assert.equal(run.code, bare.code);
  });
}

test('attributes follow the conventions for MySQL and MariaDB', async (t) => {
  if (!(await needs(t, 'mariadb'))) return;
  const { spans } = await traceApp(fixture('everything.cjs'));
  const { host, port, database } = services.mariadb;
  const queries = spans.filter((span) => span.tags['db.query.text'] !== undefined);
  // The first query is sent before the server has told what it is.
  assert.deepEqual([...new Set(queries.map((span) => span.tags['db.system.name']))], ['mariadb']);
  const found = queries.find((span) => span.tags['db.query.text'] === 'SELECT id FROM birds');
  assert.deepEqual(databaseTags(found), {
    'db.system.name': 'mariadb',
    'db.namespace': database,
    'server.address': host,
    ...(port === 3306 ? {} : { 'server.port': port }),
    'db.operation.name': 'SELECT',
    'db.collection.name': 'birds',
    'db.query.summary': 'SELECT birds',
    'db.query.text': 'SELECT id FROM birds',
    'db.response.returned_rows': 2,
  });
  // Also of rows that are only emitted.
  const emitted = spans.filter((span) => span.tags['db.query.text'] === 'SELECT name FROM birds ORDER BY id');
  assert.deepEqual(
    emitted.map((span) => span.tags['db.response.returned_rows']),
    [2],
  );
  const failed = queries.find((span) => span.tags['error.type'] === '1146');
  assert.equal(failed?.tags['db.response.status_code'], '1146');
});

for (const library of ['mysql2-2-lowest', 'mysql2-2', 'mysql2-lowest']) {
  test(`${library}: requests that share one connection keep their traces apart`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'mariadb'))) return;
    const env = { LIBRARY: library };
    const pool = await traceApp(fixture('pool.cjs'), { env });
    assertClean(pool);
    assert.equal(pool.stdout.trim(), '[]', "a caller's span is not active");
    assert.equal(pool.spans.length, 20 * 10);
  });

  test(`${library}: queries of every style, and failures that nobody handles`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'mariadb'))) return;
    const env = { LIBRARY: library };
    const run = await traceApp(fixture('everything.cjs'), { env });
    assertClean(run);
    // 2.0 passes the socket's error on.
    const lost =
      library === 'mysql2-2-lowest'
        ? expected.lost.map((line) => line.replace(/ Error$/, ' EPIPE'))
        : expected.lost;
    assert.deepEqual(outline(run.spans), { ...expected, lost });
    const { active } = JSON.parse(run.stdout);
    assertActive(active);
    const bare = await runApp(fixture('unhandled.cjs'), { env: { ...serviceEnv, ...env }, preload: 'none' });
    assert.match(bare.stdout, /"rejection ER_NO_SUCH_TABLE","rejection ER_NO_SUCH_TABLE"/);
    assert.equal((await traceApp(fixture('unhandled.cjs'), { env })).stdout, bare.stdout);
  });
}

test('the trace goes into a comment where it is asked for, and never into a prepared statement', async (t) => {
  if (!(await needs(t, 'mariadb'))) return;
  const run = await traceApp(fixture('comment.cjs'), { env: { TRACING_AGENT_SQL_COMMENT: 'true' } });
  assertClean(run);
  assertCommented(run, /execute|own/, 6);
});
