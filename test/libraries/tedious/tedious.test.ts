/**
 * tedious and mssql under the agent, against a stub of SQL Server in the application's own process: one span a request
 * below its caller, and everything that can be seen from outside as without the agent.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertClean } from '../../support/client-run';
import { needsLibrary } from '../../support/libraries';
import { outline } from '../../support/span-outline';
import { runApp, traceApp } from '../../support/trace-app';

const fixture = (name: string) => join(__dirname, name);

/** The first and the last of each major. */
const libraries = [
  ...['tedious11-lowest', 'tedious11', 'tedious12-lowest', 'tedious12', 'tedious13-lowest', 'tedious13'],
  ...['tedious14-lowest', 'tedious14', 'tedious15-lowest', 'tedious15', 'tedious16-lowest', 'tedious16'],
  ...['tedious17', 'tedious18-lowest', 'tedious18', 'tedious19-lowest', 'tedious'],
];

for (const library of libraries) {
  test(`${library}: each request is one span below its caller, and its callbacks run there`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const options = { env: { LIBRARY: library } };
    const bare = await runApp(fixture('everything.cjs'), { ...options, preload: 'none' });
    const run = await traceApp(fixture('everything.cjs'), options);
    assertClean(run);
    assert.deepEqual(outline(run.spans), {
      requests: [
        'EXECUTE sp_birds | ',
        'SELECT [dbo].[birds] | SELECT ? AS one FROM [dbo].[birds] WHERE name = ?',
        'SELECT birds | SELECT ? AS one FROM birds WHERE name = @name',
      ],
      errors: ['SELECT missing | SELECT ? FROM missing | 208'],
      transaction: ['SELECT | SELECT ? AS one'],
      closed: ['SELECT | SELECT ? AS never | ECLOSE'],
      odd: ['SELECT | SELECT ? AS two | EINVALIDSTATE'],
    });
    const { active, ...seen } = JSON.parse(run.stdout);
    const { active: _, ...expected } = JSON.parse(bare.stdout);
    assert.deepEqual(seen, expected);
    assert.equal(seen.rows, 1);
    assert.deepEqual(seen.error.slice(1), ['EREQUEST', 208]);
    assert.equal(seen.refused, 'ESOCKET');
    assert.deepEqual([...new Set(Object.values(active))], [true], JSON.stringify(active));
    assert.equal(Object.keys(active).length, 10);

    const query = run.spans.find((span) => span.name === 'SELECT birds');
    const tags = Object.entries(query?.tags ?? {}).filter(([key]) => /^(db|server|error)\./.test(key));
    const { 'server.port': port, ...others } = Object.fromEntries(tags);
    assert.equal(typeof port, 'number');
    assert.deepEqual(others, {
      'db.system.name': 'microsoft.sql_server',
      'db.namespace': 'birds',
      'server.address': '127.0.0.1',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'birds',
      'db.query.summary': 'SELECT birds',
      'db.query.text': 'SELECT ? AS one FROM birds WHERE name = @name',
      'db.response.returned_rows': 1,
    });
    const procedure = run.spans.find((span) => span.name === 'EXECUTE sp_birds');
    assert.equal(procedure?.tags['db.stored_procedure.name'], 'sp_birds');
    const failed = run.spans.find((span) => span.tags['error.type'] === '208');
    assert.equal(failed?.tags['db.response.status_code'], '208');
  });
}

/** The first of each major that is on a tedious of these, and the newest. */
const wrappers = [
  ...[
    'mssql7-lowest',
    'mssql8-lowest',
    'mssql9-lowest',
    'mssql10-lowest',
    'mssql11-lowest',
    'mssql12-lowest',
  ],
  'mssql',
];

for (const library of wrappers) {
  test(`${library}: concurrent callers of a pool of one connection get one span each, in their own traces`, async (t) => {
    if (!needsLibrary(t, library)) return;
    const run = await traceApp(fixture('mssql.cjs'), { env: { LIBRARY: library } });
    assertClean(run);
    assert.equal(run.stdout.trim(), '[]', "a caller's span is not active");
    assert.deepEqual(
      outline(run.spans),
      Object.fromEntries(
        [1, 2, 3, 4, 5].map((number) => [
          `request ${number}`,
          [`SELECT birds | SELECT ? AS one_${number} FROM birds WHERE name = @name`],
        ]),
      ),
    );
  });
}
