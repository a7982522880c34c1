/**
 * Guards that packages work as their own authors say, under the agent as without it: the test suites of Express, Fastify,
 * pg's pool and cursors, and mysql, each test by its name. Their runners are traced as well as the processes they start.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { repository } from '../support/cache';
import { needs, type ServiceName, serviceEnv, services } from '../support/services';
import { needsSuite, suitesFolder } from '../support/suites';
import { type TracedRun, traceApp } from '../support/trace-app';

interface Suite {
  readonly name: string;
  readonly service?: ServiceName;
  /** Fewer means that something kept the suite from running, which would make it pass. */
  readonly leastTests: number;
  readonly leastSpans: number;
  readonly env?: Record<string, string>;
  /** A span that only this suite's calls can have made. */
  readonly span: (span: TracedRun['spans'][number]) => boolean;
  readonly run: (preload: 'none' | 'NODE_OPTIONS') => Promise<{ run: TracedRun; ends: Map<string, string> }>;
}

const scratch = mkdtempSync(join(tmpdir(), 'tracing-agent-suites-'));
after(() => rmSync(scratch, { recursive: true }));
const database = `suite_${process.pid}`;
const timeout = 300_000;

const suites: Suite[] = [
  {
    name: 'express',
    leastTests: 1100,
    leastSpans: 1500,
    span: (span) => span.tags['http.route'] !== undefined,
    run: (preload) =>
      mocha('express', preload, [
        '--require',
        'test/support/env',
        '--check-leaks',
        'test/',
        'test/acceptance/',
      ]),
  },
  {
    // Of its 149 files those of routes, hooks, bodies and errors that ask a server by `fetch`; most others ask the
    // framework without HTTP, and all of them would take minutes.
    name: 'fastify',
    leastTests: 400,
    leastSpans: 300,
    span: (span) => span.tags['http.route'] !== undefined,
    run: (preload) =>
      nodeTest(
        'fastify',
        preload,
        2,
        (text, path) =>
          /\.listen\(/.test(text) &&
          /\bfetch\(/.test(text) &&
          /^(404s|als|async|custom-parser|hooks|plugin|reply|request|route|server|stream|web-api)/.test(path),
      ),
  },
  ...['pg-pool', 'pg-cursor'].map(
    (name): Suite => ({
      name,
      service: 'postgres',
      leastTests: name === 'pg-pool' ? 70 : 30,
      leastSpans: name === 'pg-pool' ? 100 : 50,
      span: (span) => span.tags['db.system'] === 'postgresql' || span.tags['db.system.name'] === 'postgresql',
      run: (preload) => mocha(name, preload, ['test/']),
    }),
  ),
  {
    // Those of its tests that ask a real server, and those of queries, which share one port with a server of their
    // own: one at a time.
    name: 'mysql',
    service: 'mariadb',
    leastTests: 40,
    leastSpans: 100,
    span: (span) => /^(mysql|mariadb)$/.test(String(span.tags['db.system'] ?? span.tags['db.system.name'])),
    run: (preload) => nodeTest('mysql', preload, 1, (_, path) => /^(integration|unit.query)\b/.test(path)),
  },
];

for (const suite of suites) {
  test(`${suite.name}: its own tests end as they do without the agent`, async (t) => {
    if (!needsSuite(t, suite.name)) return;
    if (suite.service && !(await needs(t, suite.service))) return;
    let bare = await suite.run('none');
    let traced = await suite.run('NODE_OPTIONS');
    const passed = [...bare.ends.values()].filter((end) => end === 'passed').length;
    t.diagnostic(`${bare.ends.size} tests, ${passed} passed, ${traced.run.spans.length} spans`);
    assert.ok(passed >= suite.leastTests, `${passed} tests passed without the agent\n${bare.run.stderr}`);
    // Some tests of theirs give a database or a timer 100 ms, which a busy machine exceeds now and then, with the agent
    // or without. What the agent breaks differs each time.
    let differ = differences(bare.ends, traced.ends);
    for (let again = 0; differ.size > 0 && again < 2; again++) {
      t.diagnostic(`run again: ${[...differ.values()].join(', ')}`);
      bare = await suite.run('none');
      traced = await suite.run('NODE_OPTIONS');
      const now = differences(bare.ends, traced.ends);
      differ = new Map([...now].filter(([name]) => differ.has(name)));
    }
    const output = traced.run.stdout.slice(-3_000) + traced.run.stderr.slice(-3_000);
    assert.deepEqual([...differ.values()], [], output);
    assert.doesNotMatch(traced.run.stderr, /^tracing-agent:/m);
    assert.equal(bare.run.spans.length, 0);
    assert.ok(traced.run.spans.length >= suite.leastSpans, `${traced.run.spans.length} spans`);
    assert.ok(traced.run.spans.some(suite.span));
  });
}

/** The tests that ended in another way, or ran only once, with how. */
function differences(bare: Map<string, string>, traced: Map<string, string>): Map<string, string> {
  const differ = new Map<string, string>();
  for (const name of new Set([...bare.keys(), ...traced.keys()]))
    if (bare.get(name) !== traced.get(name))
      differ.set(name, `${name}: ${bare.get(name)}, with the agent ${traced.get(name)}`);
  return differ;
}

after(async () => {
  const { host, port, user, password } = services.mariadb;
  const connection = await createConnection({ host, port, user, password }).catch(() => undefined);
  await connection?.query(`DROP DATABASE IF EXISTS ${database}`);
  await connection?.end();
});

async function mocha(name: string, preload: 'none' | 'NODE_OPTIONS', args: string[]) {
  const output = join(scratch, `${name}-${preload}.json`);
  const run = await traceApp(join(suitesFolder, 'mocha/bin/mocha.js'), {
    preload,
    cwd: join(suitesFolder, name),
    args: ['--reporter', 'json', '--reporter-option', `output=${output}`, ...args],
    timeout,
  });
  const { tests, failures, pending } = JSON.parse(readFileSync(output, 'utf8')) as Record<
    'tests' | 'failures' | 'pending',
    { fullTitle: string; file: string }[]
  >;
  const nameOf = (each: { fullTitle: string; file: string }) =>
    `${relative(join(suitesFolder, name), each.file)} > ${each.fullTitle}`;
  const ends = new Map(tests.map((each) => [nameOf(each), 'passed']));
  for (const each of pending) ends.set(nameOf(each), 'skipped');
  for (const each of failures) ends.set(nameOf(each), 'failed');
  return { run, ends };
}

/** Each file in a process of its own. */
async function nodeTest(
  name: string,
  preload: 'none' | 'NODE_OPTIONS',
  concurrency: number,
  wanted: (text: string, path: string) => boolean,
) {
  const folder = join(suitesFolder, name, 'test');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(\.test\.js|(^|[\\/])test-[^\\/]*\.js)$/.test(file))
    .filter((file) => wanted(readFileSync(join(folder, file), 'utf8'), file))
    .sort();
  const output = join(scratch, `${name}-${preload}.lines`);
  const run = await traceApp('--test', {
    preload,
    cwd: join(suitesFolder, name),
    args: [
      `--test-concurrency=${concurrency}`,
      `--test-reporter=${join(repository, 'test/harmless/suite-results.mjs')}`,
      `--test-reporter-destination=${output}`,
      '--test-reporter=dot',
      '--test-reporter-destination=stdout',
      ...files.map((file) => join('test', file)),
    ],
    env: { ...serviceEnv, MYSQL_DATABASE: database },
    timeout,
  });
  const ends = new Map<string, string>();
  for (const line of readFileSync(output, 'utf8').split('\n').filter(Boolean)) {
    const { name: title, end } = JSON.parse(line) as { name: string; end: string };
    // Several tests of a file may have one name.
    let unique = title;
    for (let more = 2; ends.has(unique); more++) unique = `${title} (${more})`;
    ends.set(unique, end);
  }
  return { run, ends };
}
