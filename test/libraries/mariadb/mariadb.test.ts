/**
 * mariadb under the agent, against a real MariaDB, in child processes started as a user would: the lowest release, and
 * the newest, which `require` gives as one minified file.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertActive, assertApart, assertClean } from '../../support/client-run';
import { needsLibrary } from '../../support/libraries';
import { needs, serviceEnv, services } from '../../support/services';
import { databaseTags, outline } from '../../support/span-outline';
import { runApp, type SeenSpan, traceApp } from '../../support/trace-app';

const fixture = (name: string) => join(__dirname, name);

const promises = {
  none: ['CREATE TABLE birds | CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)'],
  promises: [
    'INSERT birds | INSERT INTO birds VALUES (?)',
    'SELECT birds | SELECT id FROM birds WHERE name <> ?',
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
  ],
  batches: [
    'BATCH INSERT birds | INSERT INTO birds VALUES (?)',
    'INSERT birds | INSERT INTO birds VALUES (?)',
  ],
  transaction: [
    'COMMIT | COMMIT',
    'DELETE birds | DELETE FROM birds WHERE id = ?',
    'ROLLBACK | ROLLBACK',
    'START TRANSACTION | START TRANSACTION',
    'START TRANSACTION | START TRANSACTION',
    'UPDATE birds | UPDATE birds SET name = ? WHERE id = ?',
  ],
  prepared: [
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
    'SELECT birds | SELECT name FROM birds WHERE id = ?',
  ],
  streams: [
    'SELECT birds | SELECT id FROM birds ORDER BY id',
    'SELECT birds | SELECT id FROM birds WHERE id < ?',
    'SELECT birds | SELECT id FROM birds WHERE id > ?',
    'SELECT missing | SELECT ? FROM missing | 1146',
  ],
  errors: [
    'INSERT birds | INSERT INTO birds VALUES (?) | 1062',
    'SELECT missing | SELECT ? FROM missing | 1146',
    'SELECT | SELECT ? FORM missing | 1064',
  ],
  quiet: [],
  lost: [
    'KILL | KILL ?',
    'SELECT | SELECT ? | ER_CMD_CONNECTION_CLOSED',
    'SELECT | SELECT SLEEP(?), ? | ER_SOCKET_UNEXPECTED_CLOSE',
  ],
};

const callbacks = {
  none: ['CREATE TABLE birds | CREATE TEMPORARY TABLE birds (id int PRIMARY KEY, name text)'],
  callbacks: [
    'BATCH INSERT birds | INSERT INTO birds VALUES (?)',
    'INSERT birds | INSERT INTO birds VALUES (?)',
    'SELECT birds | SELECT id FROM birds',
    'SELECT birds | SELECT id FROM birds WHERE name = ?',
    'SELECT missing | SELECT ? FROM missing | 1146',
  ],
  transaction: [
    'DELETE birds | DELETE FROM birds WHERE id = ?',
    'ROLLBACK | ROLLBACK',
    'START TRANSACTION | START TRANSACTION',
  ],
  prepared: ['SELECT birds | SELECT id FROM birds WHERE id = ?'],
  events: [
    'SELECT birds | SELECT id FROM birds ORDER BY id',
    'SELECT missing | SELECT ? FROM missing | 1146',
  ],
  // What isn't DML can't be sent in bulk.
  pool: ['BATCH SELECT | SELECT ? | 1295', 'SELECT | SELECT ?', 'SELECT | SELECT ?', 'SELECT | SELECT ?'],
  cluster: ['SELECT | SELECT ?'],
};

/** The end of each query's text to the number of rows that its span holds. */
function rowsBelow(spans: SeenSpan[], name: string): Record<string, unknown> {
  const parent = spans.find((span) => span.name === name)?.spanId;
  const below = spans.filter((span) => span.parentSpanId === parent && !span.tags['error.type']);
  return Object.fromEntries(
    below.map(({ tags }) => [
      /(?:ORDER|id .) .*$/.exec(String(tags['db.query.text']))?.[0],
      tags['db.response.returned_rows'],
    ]),
  );
}

for (const library of ['mariadb', 'mariadb-lowest', 'mariadb34']) {
  const env = { LIBRARY: library, EXTENSION: library === 'mariadb' ? '' : '.js' };

  test(`${library}: each query, batch and stream of the promises is one span below its caller`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'mariadb'))) return;
    const run = await traceApp(fixture('everything.cjs'), { env });
    assertClean(run);
    assert.deepEqual(outline(run.spans), promises);
    const { active, ...seen } = JSON.parse(run.stdout);
    assertActive(active, 3);
    assert.deepEqual(seen, {
      rows: 1,
      options: 1,
      prepared: [1, 1],
      ids: [1, 2, 3, 4, 1, 2],
      failing: 'ER_NO_SUCH_TABLE',
      missing: 'ER_NO_SUCH_TABLE',
      duplicate: 'ER_DUP_ENTRY',
      executed: 'ER_PARSE_ERROR',
      lost: 'ER_SOCKET_UNEXPECTED_CLOSE',
      after: 'ER_CMD_CONNECTION_CLOSED',
    });

    const { host, port, database } = services.mariadb;
    const where = {
      'db.system.name': 'mariadb',
      'db.namespace': database,
      'server.address': host,
      ...(port === 3306 ? {} : { 'server.port': port }),
    };
    const text = 'SELECT id FROM birds WHERE name <> ?';
    assert.deepEqual(databaseTags(run.spans.find((span) => span.tags['db.query.text'] === text)), {
      ...where,
      'db.operation.name': 'SELECT',
      'db.collection.name': 'birds',
      'db.query.summary': 'SELECT birds',
      'db.query.text': text,
      'db.response.returned_rows': 1,
    });
    assert.deepEqual(databaseTags(run.spans.find((span) => span.name.startsWith('BATCH'))), {
      ...where,
      'db.operation.name': 'BATCH INSERT',
      'db.operation.batch.size': 2,
      'db.collection.name': 'birds',
      'db.query.summary': 'BATCH INSERT birds',
      'db.query.text': 'INSERT INTO birds VALUES (?)',
    });
    // Of streams too, however they are read.
    assert.deepEqual(rowsBelow(run.spans, 'streams'), { 'ORDER BY id': 4, 'id < ?': 2, 'id > ?': 0 });
    const failed = run.spans.filter((span) => span.tags['db.response.status_code'] !== undefined);
    assert.deepEqual(
      failed.map((span) => span.tags['error.type']),
      failed.map((span) => span.tags['db.response.status_code']),
    );
    assert.equal(failed.length, 4);
  });

  test(`${library}: each query of the callbacks is one span, and callbacks belong to their caller`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'mariadb'))) return;
    const run = await traceApp(fixture('callbacks.cjs'), { env });
    assertClean(run);
    assert.deepEqual(outline(run.spans), callbacks);
    const { active, ...seen } = JSON.parse(run.stdout);
    assertActive(active, 22);
    assert.deepEqual(rowsBelow(run.spans, 'events'), { 'ORDER BY id': 3 });
    assert.deepEqual(seen, { rows: [null, 1], error: 'ER_NO_SUCH_TABLE', prepared: 1 });
  });

  test(`${library}: requests that share one connection keep their traces apart`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'mariadb'))) return;
    const run = await traceApp(fixture('pool.cjs'), { env });
    assertClean(run);
    const names = ['called', 'clustered', 'connected', 'executed', 'of'];
    const below = assertApart(run, (at) => [
      ...names.map((each) => `SELECT ? AS ${each}_${at}`),
      `SELECT ? FROM missing_${at}`,
    ]);
    assert.ok(below.every((span) => span.tags['server.address'] === services.mariadb.host));
  });

  test(`${library}: failures that nobody handles and odd arguments end as without the agent`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'mariadb'))) return;
    const bare = await runApp(fixture('unhandled.cjs'), { env: { ...serviceEnv, ...env }, preload: 'none' });
    const run = await traceApp(fixture('unhandled.cjs'), { env });
    assert.match(bare.stdout, /"rejection ER_NO_SUCH_TABLE"/);
    assert.equal(run.stdout, bare.stdout);
    assert.equal(run.code, bare.code);
  });
}

test('the ES modules of the package are traced', async (t) => {
  if (!needsLibrary(t, 'mariadb') || !(await needs(t, 'mariadb'))) return;
  const run = await traceApp(fixture('static-import.mjs'));
  assertClean(run);
  assert.deepEqual(outline(run.spans), {
    parent: ['SELECT | SELECT ? AS one', 'SELECT | SELECT ? AS three', 'SELECT | SELECT ? AS two'],
  });
});
