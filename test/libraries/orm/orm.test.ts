/**
 * ORMs and query builders under the agent, on real databases, with a pool of one connection and concurrent callers:
 * exactly one span a query, below the caller whose query it is, also in transactions and while streaming. The drivers
 * are traced, not the ORMs.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { needs, type ServiceName } from '../../support/services';
import { outline } from '../../support/span-outline';
import { traceApp } from '../../support/trace-app';

/** What `orm.cjs` knows, the packages that it needs, and the server. */
const libraries: [name: string, packages: string[], service?: ServiceName][] = [
  ['knex', ['knex', 'pg'], 'postgres'],
  ['sequelize', ['sequelize', 'pg'], 'postgres'],
  ['typeorm', ['typeorm', 'pg'], 'postgres'],
  ['drizzle-orm', ['drizzle-orm', 'pg'], 'postgres'],
  ['kysely', ['kysely', 'pg', 'pg-cursor'], 'postgres'],
  ['sequelize-mysql2', ['sequelize', 'mysql2'], 'mariadb'],
  ['typeorm-sqlite', ['typeorm', 'better-sqlite3']],
  ['knex-sqlite3', ['knex', 'sqlite3']],
];

for (const [name, packages, service] of libraries) {
  test(`${name}: one span a query, below its caller`, async (t) => {
    if (!needsLibrary(t, ...packages) || (service !== undefined && !(await needs(t, service)))) return;
    const run = await traceApp(join(__dirname, 'orm.cjs'), { env: { LIBRARY: name } });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stderr, '');
    assert.equal(run.stdout.trim(), '[]', "a caller's span is not active");
    assert.equal(JSON.stringify(run.spans).includes('canary'), false, 'a value got out');
    const { setup, none: _, ...callers } = outline(run.spans);
    assert.ok(setup !== undefined && setup.length >= 2);
    // The table's name differs from run to run, and so does the case of the words from library to library.
    const operations = Object.entries(callers).map(([caller, lines]) => [
      caller,
      lines.map((line) => line.split(' ')[0]!.toLowerCase()).join(),
    ]);
    assert.ok(operations.length >= 4);
    for (const [caller, found] of operations) {
      if (caller!.startsWith('transaction')) assert.match(found!, /^(begin,)?commit,insert(,start)?$/);
      else assert.equal(found, 'select');
    }
    for (const lines of Object.values(callers)) {
      assert.ok(lines.some((line) => line.includes('tracing_agent_orm_')));
    }
  });
}
