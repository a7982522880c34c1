/**
 * node-redis 2 and 3 (callbacks) under the agent, against a real Redis, in child processes started as a user would.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodes } from '../../support/nodes';
import { needs, services } from '../../support/services';
import { onlyBelow, outline } from '../../support/span-outline';
import { runApp, traceApp } from '../../support/trace-app';

const app = join(__dirname, 'callbacks.cjs');
const libraries = ['redis2-lowest', 'redis2', 'redis3-lowest', 'redis3'];

const expected = {
  offline: ['SET | SET ? ?'],
  ready: ['GET | GET ?'],
  commands: [
    'ECHO | ECHO ?',
    'GET | GET ?',
    'HGETALL | HGETALL ?',
    'HMSET | HMSET ? ? ? ? [1 more]',
    'MGET | MGET ? ? ? ? [5 more]',
    'SET | SET ? ?',
  ],
  errors: [
    'EVAL | EVAL ? ? | ReplyError',
    'LPUSH | LPUSH ? ? | WRONGTYPE',
    'LPUSH | LPUSH ? ? | WRONGTYPE',
    'NOSUCH | NOSUCH ? | ERR',
    'SET | SET ? ? | Error',
    'SET | SET ? ? | Error',
  ],
  batches: [
    'GET | GET ?',
    'PIPELINE GET | GET ?',
    'PIPELINE | GET ?; LPUSH ? ? | WRONGTYPE',
    'PIPELINE | GET ?; SET ? ?',
    'PIPELINE | SET ? ?; GET ?; INCR ?',
  ],
  transactions: [
    'GET | GET ?',
    'GET | GET ?',
    'MULTI INCR | INCR ?',
    'MULTI | SET ? ?; GET ?',
    'MULTI | SET ? ?; GET ?',
    'MULTI | SET ? ?; LPUSH ? ? | WRONGTYPE',
    'MULTI | SET ?; GET ? | EXECABORT',
    'QUIT | QUIT',
    'SET | SET ? ?',
    'SET | SET ? ?',
    'WATCH | WATCH ?',
  ],
  blocking: ['BLPOP | BLPOP ? ?', 'LPUSH | LPUSH ? ?', 'QUIT | QUIT'],
  pubsub: [
    'PSUBSCRIBE | PSUBSCRIBE ?',
    'PUBLISH | PUBLISH ? ?',
    'PUNSUBSCRIBE | PUNSUBSCRIBE ?',
    'SUBSCRIBE | SUBSCRIBE ? ?',
    'UNSUBSCRIBE | UNSUBSCRIBE ?',
  ],
  // What the library restores is no command of the application.
  reconnect: [],
  select: ['GET | GET ?', 'SELECT | SELECT ?', 'SELECT | SELECT ?'],
  closed: ['GET | GET ? | NR_CLOSED', 'GET | GET ? | NR_CLOSED', 'QUIT | QUIT'],
  flushed: ['GET | GET ? | NR_CLOSED', 'GET | GET ? | NR_CLOSED'],
  none: ['DEL | DEL ? ? ? ? [3 more]', 'KEYS | KEYS ?', 'QUIT | QUIT', 'QUIT | QUIT'],
};

/** Before 3 what can't be sent is made a string of, with a warning. */
const expected2 = {
  ...expected,
  errors: expected.errors.map((line) => line.replace(/^(SET .*) \| Error$/, '$1')),
};

const runs: { library: string; node?: { name: string; path: string } }[] = [
  ...libraries.map((library) => ({ library })),
  { library: 'redis3-lowest', node: nodes[0]! },
  { library: 'redis3', node: nodes.at(-1)! },
];

for (const { library, node } of runs) {
  test(`Node ${node?.name ?? 'here'}, ${library}: each command, batch and MULTI is one span below its caller`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'redis'))) return;
    const env = { LIBRARY: library };
    const run = await traceApp(app, { env, ...(node === undefined ? {} : { node: node.path }) });
    assert.equal(run.code, 0, run.stderr);
    const isOld = library.startsWith('redis2');
    assert.equal(run.stderr.replaceAll(/^node_redis: Deprecated: .*\n.*\n.*\n/gm, ''), '');
    assert.deepEqual(outline(run.spans), isOld ? expected2 : expected);
    assert.equal(JSON.stringify(run.spans).includes('canary'), false, 'a key, value or message got out');

    const { inCallback, afterError, inBatchCallback, inMultiCallback } = JSON.parse(run.stdout);
    assert.deepEqual([inCallback, afterError, inBatchCallback, inMultiCallback], [true, true, true, true]);
  });
}

for (const library of libraries) {
  test(`${library}: the application sees what it sees without the agent`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'redis'))) return;
    const { host, port } = services.redis;
    const env = { LIBRARY: library, REDIS_HOST: host, REDIS_PORT: String(port) };
    const bare = await runApp(app, { env, preload: 'none' });
    const traced = await traceApp(app, { env });
    assert.equal(traced.stderr, bare.stderr);
    const contexts = { inCallback: true, afterError: true, inBatchCallback: true, inMultiCallback: true };
    assert.deepEqual({ ...JSON.parse(bare.stdout), ...contexts }, JSON.parse(traced.stdout));
  });

  test(`${library}: attributes follow the conventions for Redis`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'redis'))) return;
    const { spans } = await traceApp(app, { env: { LIBRARY: library } });
    const { host, port } = services.redis;
    const tags = Object.entries(onlyBelow(spans, 'offline').tags).filter(([name]) =>
      /^(db|server|error)\./.test(name),
    );
    assert.deepEqual(Object.fromEntries(tags), {
      'db.system.name': 'redis',
      'db.namespace': '3',
      'db.operation.name': 'SET',
      'db.query.text': 'SET ? ?',
      'server.address': host,
      ...(port === 6379 ? {} : { 'server.port': port }),
    });
    const batch = spans.find((span) => span.name === 'PIPELINE GET');
    assert.equal(batch?.tags['db.operation.batch.size'], 2);
    const selected = spans.filter((span) => span.tags['db.namespace'] === '4').map((span) => span.name);
    assert.deepEqual(selected.sort(), ['GET', 'SELECT'], 'the database follows SELECT');
  });
}
