/**
 * Guards that a call with bad input ends as without the agent, for every Redis and SQL client: arguments of unexpected
 * types, Proxies, and objects that throw when they are looked at. And that the agent contains what it meets there.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodes } from '../../support/nodes';
import { needs, type ServiceName, serviceEnv } from '../../support/services';
import { runApp, traceApp } from '../../support/trace-app';

const app = join(__dirname, 'bad-input.cjs');
const clients: [name: string, ...servers: ServiceName[]][] = [
  ['pg', 'postgres'],
  ['postgres', 'postgres'],
  ['mysql', 'mariadb'],
  ['mysql2', 'mariadb'],
  ['mariadb', 'mariadb'],
  ['sqlite3'],
  ['better-sqlite3'],
  ['node:sqlite'],
  ['@electric-sql/pglite'],
  ['tedious'],
  ['oracledb'],
  ['ioredis', 'redis'],
  ['iovalkey', 'redis'],
  ['redis3', 'redis'],
  ['redis4', 'redis'],
  ['redis', 'redis'],
  ['redis6', 'redis'],
];

for (const [name, ...servers] of clients) {
  test(`${name}: calls with bad input end as without the agent`, async (t) => {
    if (!name.startsWith('node:') && !needsLibrary(t, name)) return;
    if (!(await needs(t, ...servers))) return;
    // node:sqlite is not in every Node; what is compiled is compiled for this one.
    const newest = nodes.at(-1)!;
    if (name.startsWith('node:') && Number(newest.name) < 24)
      return t.skip(`Node ${newest.name} has no ${name}: npm run nodes`);
    const node = name.startsWith('node:') ? newest.path : process.execPath;
    const options = { args: [name], node, env: serviceEnv, timeout: 60_000 };
    const bare = await runApp(app, { ...options, preload: 'none' });
    assert.equal(bare.code, 0, bare.stderr);
    const run = await traceApp(app, options);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(JSON.parse(run.stdout), JSON.parse(bare.stdout));
    // One line may say that a patch met something odd. Those in brackets are Node's, with the process's id.
    const said = (stderr: string) =>
      stderr.replaceAll(/^(?:\(|tracing-agent: the instrumentation \S+ failed once).*\n/gm, '');
    assert.equal(said(run.stderr), said(bare.stderr));
    assert.ok(Object.keys(JSON.parse(run.stdout)).length > 14);
  });
}
