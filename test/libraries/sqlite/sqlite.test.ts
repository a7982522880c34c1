/**
 * better-sqlite3, node:sqlite and sqlite3 under the agent, in child processes started as a user would: each run of a
 * statement is one span below its caller, its values stay inside, and what fails or is odd behaves as without the agent.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertClean } from '../../support/client-run';
import { needsLibrary } from '../../support/libraries';
import { nodes } from '../../support/nodes';
import { onlyBelow, outline } from '../../support/span-outline';
import { runApp, traceApp } from '../../support/trace-app';

const fixture = (name: string) => join(__dirname, name);

const select = 'SELECT birds | SELECT name FROM birds WHERE name <> ? ORDER BY id';
const insert = 'INSERT birds | INSERT INTO birds VALUES (?)';
const created =
  'CREATE TABLE birds INSERT birds | CREATE TABLE birds (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO birds VALUES (?)';

/** node:sqlite is experimental. */
const NODE_WARNS = /^(\(.*\n)*$/;

/** Without the agent and with it; both print the same. */
async function both(file: string, options: { node?: string; env?: Record<string, string> }) {
  const bare = await runApp(fixture(file), { ...options, preload: 'none' });
  const run = await traceApp(fixture(file), options);
  assert.equal(run.stdout, bare.stdout);
  assert.equal(run.code, bare.code, run.stderr);
  return run;
}

/** The first and the last of each major. */
const synchronous = [
  ...['better-sqlite3-8-lowest', 'better-sqlite3-8'],
  ...['better-sqlite3-9-lowest', 'better-sqlite3-9', 'better-sqlite3-10-lowest', 'better-sqlite3-10'],
  ...['better-sqlite3-11-lowest', 'better-sqlite3-11', 'better-sqlite3-12-lowest', 'better-sqlite3'],
];

for (const library of synchronous) {
  test(`${library}: each run of a statement is one span, also in a transaction`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const run = await both('synchronous.cjs', { env: { LIBRARY: library, DATABASE: ':memory:' } });
    assertClean(run, NODE_WARNS);
    const duplicate = `${insert} | SQLITE_CONSTRAINT_PRIMARYKEY`;
    assert.deepEqual(outline(run.spans), {
      none: [created],
      statements: [insert, insert, 'SELECT birds | SELECT name FROM birds WHERE id = @id', select, select],
      iterators: [select, select],
      errors: [
        duplicate,
        'SELECT missing | SELECT ? FROM missing | SQLITE_ERROR',
        'SELECT | SELECT ? FORM missing | SQLITE_ERROR',
      ],
      transaction: [
        'BEGIN | BEGIN',
        'BEGIN | BEGIN',
        'COMMIT | COMMIT',
        insert,
        duplicate,
        'PRAGMA | PRAGMA user_version',
        'ROLLBACK | ROLLBACK',
      ],
      tagged: [],
      odd: [select, select, 'SELECT | SELECT ? | TypeError'],
    });
    const rows = run.spans
      .filter((span) => span.tags['db.query.text'] === select.split(' | ')[1])
      .map((span) => span.tags['db.response.returned_rows']);
    // all, get, iterated to its end, left after the first; then the odd part's.
    assert.deepEqual(rows, [3, 1, 3, 1, 4, 0]);
  });
}

const withSqlite = nodes.filter((each) => Number(each.name) >= 22);

for (const { name, path } of withSqlite) {
  test(`Node ${name}: node:sqlite's statements are spans, from require and from import`, async () => {
    const run = await both('synchronous.cjs', {
      node: path,
      env: { LIBRARY: 'node:sqlite', DATABASE: ':memory:' },
    });
    assertClean(run, NODE_WARNS);
    const { tagged, odd: _, ...found } = outline(run.spans);
    assert.deepEqual(found, {
      none: [created],
      statements: [insert, insert, 'SELECT birds | SELECT name FROM birds WHERE id = @id', select, select],
      iterators: [select, select],
      errors: [
        `${insert} | SQLITE_CONSTRAINT`,
        'SELECT missing | SELECT ? FROM missing | SQLITE_ERROR',
        'SELECT | SELECT ? FORM missing | SQLITE_ERROR',
      ],
      transaction: [],
    });
    const tags = JSON.parse(run.stdout).tagged;
    assert.deepEqual(tagged, tags ? ['SELECT birds | SELECT name FROM birds WHERE id = ?'] : []);

    const imported = await traceApp(fixture('imported.mjs'), { node: path });
    assertClean(imported, NODE_WARNS);
    assert.equal(onlyBelow(imported.spans, 'parent').name, 'SELECT');
  });
}

for (const library of ['sqlite3', 'sqlite3-5', 'sqlite3-5-lowest']) {
  test(`${library}: each run of a statement is one span, and callbacks run in their caller`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const traced = await traceApp(fixture('callbacks.cjs'), {
      env: { LIBRARY: library, DATABASE: ':memory:' },
    });
    assertClean(traced, NODE_WARNS);
    assert.deepEqual(outline(traced.spans), {
      none: [created],
      database: [
        insert,
        'SELECT birds | SELECT id FROM birds LIMIT ?',
        'SELECT birds | SELECT id FROM birds WHERE id >= $id',
        'SELECT birds | SELECT id FROM birds WHERE name = ?',
        'SELECT birds | SELECT id, id FROM birds',
        'SELECT birds | SELECT name FROM birds',
      ],
      statement: [insert, insert, 'SELECT birds | SELECT name FROM birds WHERE id = ?'],
      errors: [
        `${insert} | SQLITE_CONSTRAINT`,
        'SELECT missing | SELECT ? FROM missing | SQLITE_ERROR',
        'SELECT missing | SELECT ? FROM missing | SQLITE_ERROR',
        'SELECT missing | SELECT name FROM missing | SQLITE_ERROR',
        'SELECT | SELECT ? FORM missing | SQLITE_ERROR',
      ],
      silent: [
        'DELETE birds | DELETE FROM birds WHERE name = ?',
        'UPDATE birds | UPDATE birds SET name = ? WHERE id = ?',
      ],
      serialized: ['BEGIN | BEGIN', 'COMMIT | COMMIT', 'DELETE birds | DELETE FROM birds WHERE name = ?'],
    });
    const { active, ...seen } = JSON.parse(traced.stdout);
    assert.deepEqual([...new Set(Object.values(active))], [true], JSON.stringify(active));
    assert.equal(Object.keys(active).length, 7);
    assert.deepEqual(seen, {
      run: [null, 1],
      get: [null, { id: 1 }],
      all: 2,
      map: [null, {}],
      each: [null, 2],
      rows: 2,
      prepared: 'canary-2',
      codes: ['SQLITE_CONSTRAINT', 'SQLITE_ERROR', 'SQLITE_ERROR', 'SQLITE_ERROR', 'SQLITE_ERROR'],
    });
  });

  test(`${library}: failures that nobody handles look the same as without the agent`, async (t) => {
    if (!needsLibrary(t, library)) return;
    for (const sql of ['INSERT INTO t VALUES (1)', 'SELECT 1 FORM missing']) {
      const run = await both('sqlite3-unhandled.cjs', { env: { LIBRARY: library, UNHANDLED: sql } });
      assert.equal(run.code, 1);
      assert.match(run.stderr, /Emitted 'error' event on Statement instance/);
    }
  });
}

test('attributes follow the conventions: the file is the namespace, and there is no server', async (t) => {
  if (!needsLibrary(t, 'better-sqlite3', 'sqlite3')) return;
  const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-sqlite-'));
  try {
    for (const [file, library] of [
      ['synchronous.cjs', 'better-sqlite3'],
      ['callbacks.cjs', ''],
    ] as const) {
      const database = join(folder, `${file}.db`);
      const run = await traceApp(fixture(file), { env: { LIBRARY: library, DATABASE: database } });
      const found = run.spans.find((span) => span.name === 'SELECT birds');
      const tags = Object.entries(found?.tags ?? {}).filter(([key]) => /^(db|server|error)\./.test(key));
      const {
        'db.query.text': text,
        'db.response.returned_rows': rows,
        ...others
      } = Object.fromEntries(tags);
      assert.match(String(text), /^SELECT (id|name) FROM birds/);
      assert.ok(Number(rows) >= 1);
      assert.deepEqual(others, {
        'db.system.name': 'sqlite',
        'db.namespace': database,
        'db.operation.name': 'SELECT',
        'db.collection.name': 'birds',
        'db.query.summary': 'SELECT birds',
      });
      const failed = run.spans.find((span) => span.tags['error.type'] !== undefined);
      assert.equal(failed?.tags['db.response.status_code'], failed?.tags['error.type']);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
