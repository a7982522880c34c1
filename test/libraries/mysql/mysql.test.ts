/**
 * mysql under the agent, against a real MariaDB, in child processes started as a user would.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertActive, assertApart, assertClean, assertCommented } from '../../support/client-run';
import { needsLibrary } from '../../support/libraries';
import { needs, serviceEnv, services } from '../../support/services';
import { databaseTags, onlyBelow, outline } from '../../support/span-outline';
import { runApp, traceApp } from '../../support/trace-app';

const fixture = (name: string) => join(__dirname, name);

const expected = {
  none: [
    'CREATE TABLE birds | CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)',
    'SELECT | SELECT CONNECTION_ID() AS id',
  ],
  callbacks: [
    'INSERT birds | INSERT INTO birds SET ?',
    'INSERT birds | INSERT INTO birds VALUES (?)',
    'SELECT birds | SELECT id FROM birds WHERE name = ?',
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
  ],
  transaction: [
    'DELETE birds | DELETE FROM birds WHERE id = ?',
    'ROLLBACK | ROLLBACK',
    'START TRANSACTION | START TRANSACTION',
  ],
  events: [
    'SELECT birds | SELECT id FROM birds ORDER BY id',
    'SELECT birds | SELECT name FROM birds ORDER BY id',
    'SELECT missing | SELECT ? FROM missing | 1146',
  ],
  errors: [
    'INSERT birds | INSERT INTO birds VALUES (?) | 1062',
    'SELECT missing | SELECT ? FROM missing | 1146',
  ],
  quiet: [],
  lost: [
    'KILL | KILL ?',
    'SELECT | SELECT ? | ECONNREFUSED',
    'SELECT | SELECT ? | PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
    'SELECT | SELECT SLEEP(?), ? | PROTOCOL_CONNECTION_LOST',
  ],
};

test('each query is one span below its caller, in every style', async (t) => {
  if (!needsLibrary(t, 'mysql') || !(await needs(t, 'mariadb'))) return;
  const run = await traceApp(fixture('everything.cjs'));
  assertClean(run);
  assert.deepEqual(outline(run.spans), expected);

  const { active, ...seen } = JSON.parse(run.stdout);
  assertActive(active, 7);
  assert.deepEqual(seen, {
    rows: [null, 1],
    named: 'canary-1',
    options: ['sql', 'values'],
    names: ['canary-1', "canary-2 'quoted'"],
    own: false,
    ids: [1, 2],
    event: 'ER_NO_SUCH_TABLE',
    error: ['ER_NO_SUCH_TABLE', 1146, '42S02'],
    duplicate: 1062,
    unsampled: true,
    lost: 'PROTOCOL_CONNECTION_LOST',
    after: 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
    refused: 'ECONNREFUSED',
  });

  const { host, port, database } = services.mariadb;
  const text = 'SELECT name FROM birds WHERE id = ?';
  const found = run.spans.find((span) => span.tags['db.query.text'] === text);
  assert.deepEqual(databaseTags(found), {
    'db.system.name': 'mariadb',
    'db.namespace': database,
    'server.address': host,
    ...(port === 3306 ? {} : { 'server.port': port }),
    'db.operation.name': 'SELECT',
    'db.collection.name': 'birds',
    'db.query.summary': 'SELECT birds',
    'db.query.text': text,
    'db.response.returned_rows': 1,
  });
  // Also of rows that are only emitted.
  const emitted = run.spans.filter(
    (span) => span.tags['db.query.text'] === 'SELECT name FROM birds ORDER BY id',
  );
  assert.deepEqual(
    emitted.map((span) => span.tags['db.response.returned_rows']),
    [2],
  );
  const failed = run.spans.find((span) => span.tags['error.type'] === '1146');
  assert.equal(failed?.tags['db.response.status_code'], '1146');
});

for (const library of ['mysql', 'mysql-lowest']) {
  const env = { LIBRARY: library };

  test(`${library}: requests that share one connection keep their traces apart`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'mariadb'))) return;
    const run = await traceApp(fixture('pool.cjs'), { env });
    assertClean(run);
    assertApart(run, (at) => [
      `SELECT ? AS bound_${at}`,
      `SELECT ? AS called_${at}`,
      `SELECT ? AS clustered_${at}`,
      `SELECT ? AS connected_${at}`,
      `SELECT ? FROM missing_${at}`,
    ]);
  });

  test(`${library}: failures that nobody handles and odd arguments end as without the agent`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'mariadb'))) return;
    const bare = await runApp(fixture('unhandled.cjs'), { env: { ...serviceEnv, ...env }, preload: 'none' });
    const run = await traceApp(fixture('unhandled.cjs'), { env });
    assert.match(bare.stdout, /"exception thrown in a callback"/);
    assert.equal(run.stdout, bare.stdout);
    assert.equal(run.code, bare.code);
  });
}

test('mysql-lowest: each query is one span below its caller, in every style', async (t) => {
  if (!needsLibrary(t, 'mysql-lowest') || !(await needs(t, 'mariadb'))) return;
  const run = await traceApp(fixture('everything.cjs'), { env: { LIBRARY: 'mysql-lowest' } });
  assertClean(run);
  // Without the query after the loss, which never ends.
  const lost = expected.lost.filter((line) => !line.endsWith('AFTER_FATAL_ERROR'));
  assert.deepEqual(outline(run.spans), { ...expected, lost });
  const { active } = JSON.parse(run.stdout);
  assertActive(active);
});

test('an ES module that imports it is traced', async (t) => {
  if (!needsLibrary(t, 'mysql') || !(await needs(t, 'mariadb'))) return;
  const run = await traceApp(fixture('static-import.mjs'));
  assertClean(run);
  assert.equal(onlyBelow(run.spans, 'parent').name, 'SELECT information_schema.tables');
});

test('the trace goes into a comment where it is asked for', async (t) => {
  if (!needsLibrary(t, 'mysql') || !(await needs(t, 'mariadb'))) return;
  const run = await traceApp(fixture('comment.cjs'), { env: { TRACING_AGENT_SQL_COMMENT: 'true' } });
  assertClean(run);
  assertCommented(run, /own/, 5);
});
