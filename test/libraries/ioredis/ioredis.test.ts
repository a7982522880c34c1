/**
 * ioredis under the agent, against a real Redis, in child processes started as a user would.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needsLibrary } from '../../support/libraries';
import { nodes } from '../../support/nodes';
import { needs, services } from '../../support/services';
import { databaseTags, onlyBelow, outline } from '../../support/span-outline';
import { runApp, traceApp } from '../../support/trace-app';
import { startCluster } from '../redis/cluster-servers';

const fixture = (name: string) => join(__dirname, name);
const libraries = ['ioredis', 'ioredis6'];
/** The first release of each major, the last of 4, and the fork. */
const others = [
  ...['ioredis4-lowest', 'ioredis4', 'ioredis5-lowest', 'iovalkey-lowest', 'iovalkey02-lowest', 'iovalkey02'],
  ...['iovalkey03-lowest', 'iovalkey03', 'iovalkey'],
];

const expected = {
  offline: ['SET | SET ? ?'],
  commands: ['ECHO | ECHO ?', 'GET | GET ?', 'GET | GET ?', 'GET | GET ?', 'MGET | MGET ? ? ? ? [5 more]'],
  errors: [
    'AUTH | AUTH ? ? | WRONGPASS',
    'EVAL | EVAL ? ? | ReplyError',
    'LPUSH | LPUSH ? ? | WRONGTYPE',
    'NOSUCH | NOSUCH ? | ERR',
  ],
  'loaded script': ['SCRIPT | SCRIPT ? ?'],
  scripts: ['EVALSHA | EVALSHA ? ? ?', 'EVALSHA | EVALSHA ? ? ?'],
  pipelines: [
    'GET | GET ?',
    'PIPELINE GET | GET ?',
    'PIPELINE | GET ?; LPUSH ? ? | WRONGTYPE',
    'PIPELINE | SET ? ?; GET ?; INCR ?',
    'SET | SET ? ?',
  ],
  transactions: [
    'DISCARD | DISCARD',
    'MULTI INCR | INCR ?',
    'MULTI | MULTI',
    'MULTI | SET ? ?; GET ?',
    'MULTI | SET ? ?; LPUSH ? ? | WRONGTYPE',
    'QUIT | QUIT',
    'SET | SET ? ?',
    'SET | SET ? ?',
    'SET | SET ? ?',
    'SET | SET ? | ERR',
    'WATCH | WATCH ?',
  ],
  blocking: ['BLPOP | BLPOP ? ?', 'LPUSH | LPUSH ? ?', 'QUIT | QUIT'],
  pubsub: ['PUBLISH | PUBLISH ? ?', 'SUBSCRIBE | SUBSCRIBE ?', 'UNSUBSCRIBE | UNSUBSCRIBE'],
  'auto 1': ['GET | GET ?'],
  'auto 2': ['SET | SET ? ?'],
  'auto explicit': ['PIPELINE | GET ?; SET ? ?'],
  select: ['GET | GET ?', 'SELECT | SELECT ?', 'SELECT | SELECT ?'],
  closed: ['GET | GET ? | Error'],
  reconnect: ['GET | GET ?'],
  // What the application sent outside of its spans, and nothing that the library sends to connect.
  none: ['DEL | DEL ? ? ? ? [1 more]', 'KEYS | KEYS ?', 'QUIT | QUIT', 'QUIT | QUIT'],
};

async function checkEverything(library: string, node?: string): Promise<void> {
  const run = await traceApp(fixture('everything.cjs'), {
    ...(node === undefined ? {} : { node }),
    env: { LIBRARY: library },
  });
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stderr, '');
  assert.deepEqual(outline(run.spans), expected);
  assert.equal(JSON.stringify(run.spans).includes('canary'), false, 'a key, value or message got out');

  const seen = JSON.parse(run.stdout);
  for (const where of ['afterAwait', 'inCallback', 'afterError', 'inPipelineCallback']) {
    assert.equal(seen[where], true, `the caller's span is not active ${where}`);
  }
  assert.deepEqual(seen.callback, [null, 'canary-value']);
  assert.deepEqual(seen.pipeline, [
    [null, 'OK'],
    [null, 'canary-1'],
    [null, 1],
  ]);
  assert.deepEqual(seen.multi, [
    [null, 'OK'],
    [null, 'canary-1'],
  ]);
  assert.equal(seen.watch, null);
  assert.match(seen.wrongtype, /^WRONGTYPE/);
  assert.match(seen.queueError, /^EXECABORT/);
}

for (const library of others) {
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
      assert.equal(onlyBelow(run.spans, 'parent').name, 'GET');
    });
  }

  test(`Node ${name}: an ES module's static import is traced`, async (t) => {
    if (!(await needs(t, 'redis'))) return;
    const run = await traceApp(fixture('static-import.mjs'), { node: path });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout.trim(), 'true', 'the named and the default import differ');
    assert.equal(onlyBelow(run.spans, 'parent').name, 'GET');
  });
}

for (const [node, library] of [
  [nodes[0]!, 'iovalkey-lowest'],
  [nodes.at(-1)!, 'iovalkey'],
] as const) {
  test(`Node ${node.name}, ${library}: an ES module's import() is traced`, async (t) => {
    if (!needsLibrary(t, library) || !(await needs(t, 'redis'))) return;
    const options = { node: node.path, env: { LIBRARY: library } };
    const run = await traceApp(fixture('dynamic-import.mjs'), options);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(onlyBelow(run.spans, 'parent').name, 'GET');
  });
}

for (const library of libraries) {
  test(`${library}: attributes follow the conventions for Redis`, async (t) => {
    if (!(await needs(t, 'redis'))) return;
    const { spans } = await traceApp(fixture('everything.cjs'), { env: { LIBRARY: library } });
    const { host, port } = services.redis;
    const {
      'network.peer.address': peer,
      'network.peer.port': peerPort,
      ...tags
    } = databaseTags(onlyBelow(spans, 'reconnect'));
    assert.ok(peer === undefined || peer !== host, 'a peer that says no more than the address');
    assert.ok(peerPort === undefined || peerPort === port);
    assert.deepEqual(tags, {
      'db.system.name': 'redis',
      'db.namespace': '3',
      'db.operation.name': 'GET',
      'db.query.text': 'GET ?',
      'server.address': host,
      ...(port === 6379 ? {} : { 'server.port': port }),
    });
    const batch = onlyBelow(spans, 'auto explicit').tags;
    assert.equal(batch['db.operation.name'], 'PIPELINE');
    assert.equal(batch['db.operation.batch.size'], 2);
    const single = spans.filter((span) => span.tags['db.operation.batch.size'] === 1);
    assert.deepEqual(single, [], 'a batch of one is described as its command');
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
    // The same ones; how replies share a packet decides when they are told.
    assert.deepEqual(JSON.parse(traced.stdout).sort(), JSON.parse(bare.stdout).sort());
  });

  test(`${library}: a command to a cluster is one span with the node that answered, also when redirected`, async (t) => {
    const cluster = await startCluster(t);
    if (cluster === undefined) return;
    t.after(cluster.stop);
    const { ports } = cluster;
    const env = { LIBRARY: library, CLUSTER_PORTS: ports.join() };
    const run = await traceApp(fixture('cluster.cjs'), { env });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(outline(run.spans), {
      offline: ['SET | SET ? ?'],
      'offline multi': ['MULTI | SET ? ?; GET ?'],
      'offline pipeline': ['PIPELINE | SET ? ?; GET ?'],
      commands: Array(4).fill('SET | SET ? ?'),
      redirected: ['GET | GET ?', 'GET | GET ?'],
      transaction: ['MULTI INCR | INCR ?'],
    });
    assert.equal(JSON.stringify(run.spans).includes('canary'), false);
    const { tags } = onlyBelow(run.spans, 'offline');
    assert.equal(tags['server.address'], ports.map((port) => `127.0.0.1:${port}`).join());
    const redirected = run.spans
      .filter((span) => span.name === 'GET')
      .map((span) => span.tags['network.peer.port']);
    assert.equal(new Set(redirected).size, 1, 'both GETs of one key end at its node');
  });
}

test('iovalkey and ioredis 4: a command to a cluster is one span, also when redirected', async (t) => {
  const cluster = await startCluster(t);
  if (cluster === undefined) return;
  t.after(cluster.stop);
  for (const library of ['iovalkey-lowest', 'iovalkey', 'ioredis4']) {
    if (!needsLibrary(t, library)) return;
    const env = { LIBRARY: library, CLUSTER_PORTS: cluster.ports.join() };
    const run = await traceApp(fixture('cluster.cjs'), { env });
    assert.equal(run.code, 0, run.stderr);
    const { none, ...found } = outline(run.spans);
    assert.equal(none, undefined, library);
    assert.deepEqual(found.commands, Array(4).fill('SET | SET ? ?'), library);
    assert.deepEqual(found.redirected, ['GET | GET ?', 'GET | GET ?'], library);
    assert.deepEqual(found.transaction, ['MULTI INCR | INCR ?'], library);
  }
});
