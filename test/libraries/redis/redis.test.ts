/**
 * node-redis under the agent, against a real Redis, in child processes started as a user would.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodes } from '../../support/nodes';
import { needs, services } from '../../support/services';
import { onlyBelow, outline } from '../../support/span-outline';
import { runApp, traceApp } from '../../support/trace-app';
import { startCluster } from './cluster-servers';

const fixture = (name: string) => join(__dirname, name);
/** node-redis 6 states Node 20 as its oldest, and 18 runs it as well. */
const libraries = ['redis4', 'redis', 'redis6'];
/** The first release of each major; 4.0 has a client package of another name. */
const lowest = ['redis4-lowest', 'redis5-lowest', 'redis6-lowest'];

/** What the client calls an error reply without the usual prefix. */
const REPLY_ERRORS: Record<string, string> = { redis4: 'ErrorReply', 'redis4-lowest': 'ReplyError' };

function expected(library: string): Record<string, string[]> {
  const four = library.startsWith('redis4');
  return {
    offline: ['SET | SET ? ?'],
    commands: [
      'ECHO | ECHO ?',
      'GET | GET ?',
      'HSET | HSET ? ? ? ? [1 more]',
      'MGET | MGET ? ? ? ? [5 more]',
    ],
    errors: [
      'AUTH | AUTH ? ? | WRONGPASS',
      `EVAL | EVAL ? ? | ${REPLY_ERRORS[library] ?? 'SimpleError'}`,
      'LPUSH | LPUSH ? ? | WRONGTYPE',
      'NOSUCH | NOSUCH ? | ERR',
      // A whole command line in the command's place says nothing of itself.
      'redis |  | ERR',
    ],
    // The script was never loaded: Redis doesn't know it by its digest unless an earlier run left it there.
    pipelines: [
      'GET | GET ?',
      'PIPELINE GET | GET ?',
      'PIPELINE | GET ?; LPUSH ? ? | WRONGTYPE',
      'PIPELINE | SET ? ?; GET ?; INCR ?',
    ],
    transactions: [
      'MULTI INCR | INCR ?',
      'MULTI | SET ? ?; GET ?',
      'MULTI | SET ? ?; GET ? | WatchError',
      'MULTI | SET ? ?; LPUSH ? ? | WRONGTYPE',
      'MULTI | SET ? ?; LRANGE ? ? ?; GET ?',
      `MULTI | SET ?; GET ? | ${library === 'redis4' ? 'EXECABORT' : 'ERR'}`,
      ...(four ? ['QUIT | QUIT'] : []),
      'SET | SET ? ?',
      'WATCH | WATCH ?',
    ],
    blocking: ['BLPOP | BLPOP ? ?', 'LPUSH | LPUSH ? ?'],
    pubsub: [
      'PSUBSCRIBE | PSUBSCRIBE ? ?',
      'PUBLISH | PUBLISH ? ?',
      'PUNSUBSCRIBE | PUNSUBSCRIBE ?',
      'SUBSCRIBE | SUBSCRIBE ?',
      'UNSUBSCRIBE | UNSUBSCRIBE',
    ],
    select: ['GET | GET ?', 'SELECT | SELECT ?', 'SELECT | SELECT ?'],
    'pool 1': ['GET | GET ?'],
    ...(four ? {} : { 'pool 2': ['GET | GET ?'], 'pool 3': ['GET | GET ?'], reset: [] }),
    legacy: ['GET | GET ?'],
    // Nothing is sent on a closed client, nor by the application when the library pings.
    closed: [],
    pings: [],
    // What the application sent outside of its spans, and nothing that the library sends to connect.
    none: ['DEL | DEL ? ? ? ?', 'KEYS | KEYS ?', 'QUIT | QUIT'],
  };
}

async function checkEverything(library: string, node?: string): Promise<void> {
  const run = await traceApp(fixture('everything.cjs'), {
    ...(node === undefined ? {} : { node }),
    env: { LIBRARY: library },
  });
  assert.equal(run.code, 0, run.stderr);
  const { scripts = [], ...found } = outline(run.spans);
  assert.deepEqual(found, expected(library));
  assert.match(
    scripts.join(),
    /^(EVAL \| EVAL \? \? \?,EVALSHA \| EVALSHA \? \? \? \| NOSCRIPT|EVALSHA \| EVALSHA \? \? \?)$/,
  );
  assert.equal(JSON.stringify(run.spans).includes('canary'), false, 'a key, value or message got out');

  const seen = JSON.parse(run.stdout);
  for (const where of ['afterAwait', 'afterError', 'inPipeline', 'inLegacyCallback']) {
    assert.equal(seen[where], true, `the caller's span is not active ${where}`);
  }
  assert.equal(seen.get, 'canary-value');
  assert.deepEqual(seen.pipeline, ['OK', 'canary-1', 1]);
  assert.deepEqual(seen.multi, ['OK', 'canary-1']);
  assert.equal(seen.watch, 'WatchError');
  assert.match(seen.wrongtype, /^WRONGTYPE/);
}

for (const library of lowest) {
  test(`${library}: each command, pipeline and MULTI is one span below its caller`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'redis'))) return;
    await checkEverything(library);
  });
}

for (const { name, path } of nodes) {
  for (const library of libraries) {
    test(`Node ${name}, ${library}: each command, pipeline and MULTI is one span below its caller`, async (t) => {
      if (!needsLibrary(t, library) || !(await needs(t, 'redis'))) return;
      await checkEverything(library, path);
    });

    test(`Node ${name}, ${library}: an ES module's import() is traced`, async (t) => {
      if (!(await needs(t, 'redis'))) return;
      const run = await traceApp(fixture('dynamic-import.mjs'), { node: path, env: { LIBRARY: library } });
      assert.equal(run.code, 0, run.stderr);
      const { name: found, tags } = onlyBelow(run.spans, 'parent');
      assert.equal(found, 'GET');
      assert.equal(tags['db.namespace'], '2');
      assert.equal(tags['server.address'], services.redis.host);
    });
  }

  test(`Node ${name}: an ES module's static import is traced`, async (t) => {
    if (!(await needs(t, 'redis'))) return;
    const run = await traceApp(fixture('static-import.mjs'), { node: path });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(onlyBelow(run.spans, 'parent').name, 'GET');
  });
}

for (const library of ['redis5', 'redis6']) {
  test(`${library}: what the client's own cache answers is no span`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'redis'))) return;
    const run = await traceApp(fixture('cached.cjs'), { env: { LIBRARY: library } });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(outline(run.spans), { sent: ['GET | GET ?'], cached: [] });
  });
}

for (const library of libraries) {
  test(`${library}: attributes follow the conventions for Redis`, async (t) => {
    if (!(await needs(t, 'redis'))) return;
    const { spans } = await traceApp(fixture('everything.cjs'), { env: { LIBRARY: library } });
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
    assert.equal(batch?.tags['db.operation.name'], 'PIPELINE GET');
    assert.equal(batch?.tags['db.operation.batch.size'], 2);
    const failed = spans.find((span) => span.tags['error.type'] === 'WRONGTYPE');
    assert.equal(failed?.tags['db.response.status_code'], 'WRONGTYPE');
    const selected = spans.filter((span) => span.tags['db.namespace'] === '4').map((span) => span.name);
    assert.deepEqual(selected.sort(), ['GET', 'SELECT'], 'the database follows SELECT');
  });

  test(`${library}: unhandled rejections and promises are the same as without the agent`, async (t) => {
    if (!(await needs(t, 'redis'))) return;
    const options = { env: { LIBRARY: library } };
    const { redis } = services;
    const env = { ...options.env, REDIS_HOST: redis.host, REDIS_PORT: String(redis.port) };
    const bare = await runApp(fixture('unhandled.cjs'), { env, preload: 'none' });
    const traced = await traceApp(fixture('unhandled.cjs'), options);
    assert.equal(traced.code, bare.code, traced.stderr);
    assert.equal(traced.stderr, bare.stderr);
    // The same rejections; which of two promises that failed together is told first is nobody's promise.
    assert.deepEqual(JSON.parse(traced.stdout).sort(), JSON.parse(bare.stdout).sort());
  });

  test(`${library}: a command to a cluster is one span with its node, and slot discovery is none`, async (t) => {
    const cluster = await startCluster(t);
    if (cluster === undefined) return;
    t.after(cluster.stop);
    const env = { LIBRARY: library, CLUSTER_PORTS: cluster.ports.join() };
    const run = await traceApp(fixture('cluster.cjs'), { env });
    assert.equal(run.code, 0, run.stderr);
    const { none = [], ...found } = outline(run.spans);
    assert.deepEqual(found, {
      connect: [],
      commands: Array(4).fill('SET | SET ? ?'),
      transaction: ['MULTI INCR | INCR ?'],
    });
    assert.deepEqual(none, library === 'redis4' ? ['QUIT | QUIT', 'QUIT | QUIT'] : []);
    assert.equal(JSON.stringify(run.spans).includes('canary'), false);
    const used = new Set(
      run.spans.filter((span) => span.name === 'SET').map((span) => span.tags['server.port']),
    );
    assert.deepEqual([...used].sort(), [...cluster.ports].sort());
  });
}
