/**
 * Guards `tracing-agent doctor`: in each of many broken set-ups it names the cause, and only that one, and its exit
 * code is 0 only where traces arrive in a real Jaeger.
 * Long, because each set-up must be told from all the others, which stand beside it.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { repository } from '../support/cache';
import { startCollectorStub } from '../support/collector-stub';
import { type Jaeger, startJaeger } from '../support/jaeger';
import { libraryFolder, needsLibrary } from '../support/libraries';
import { needs } from '../support/services';
import * as oracle from '../support/thrift-oracle';
import { cli, FIXTURES } from './run-cli';

interface Finding {
  check: string;
  status: 'ok' | 'warn' | 'fail' | 'unsure' | 'skip';
  found: string;
  next?: string;
}

interface Report {
  code: number | null;
  arrives: boolean | null;
  findings: Finding[];
}

const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-cli-'));
const register = join(repository, 'register.js');
const app = ['--', process.execPath, join(FIXTURES, 'app.cjs')];
let jaeger: Jaeger | undefined;
/** Takes every packet and says nothing: for set-ups in which another thing is wrong. */
const sink = createSocket('udp4');
let sinkEnv: Record<string, string>;

before(async () => {
  sink.bind(0, '127.0.0.1');
  await once(sink, 'listening');
  sinkEnv = agentAt(sink.address().port);
  if (await needs({ skip: () => {} }, 'jaeger')) jaeger = await startJaeger();
});

after(async () => {
  sink.close();
  await jaeger?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function agentAt(port: number): Record<string, string> {
  return { TRACING_AGENT_AGENT_HOST: '127.0.0.1', TRACING_AGENT_AGENT_PORT: String(port) };
}

async function doctor(env: Record<string, string>, ...args: string[]): Promise<Report> {
  const { stdout, stderr, code } = await cli(['doctor', '--json', ...args], { env });
  assert.match(stdout, /^\{/, stderr);
  return { code, ...JSON.parse(stdout) };
}

/** The one check that failed, and what it says; the exit code is 1, and the next step is named. */
function assertCause(report: Report, check: string, found: RegExp): void {
  const failed = report.findings.filter(({ status }) => status === 'fail');
  assert.deepEqual(
    failed.map((each) => each.check),
    [check],
    JSON.stringify(report.findings, null, 1),
  );
  assert.match(failed[0]!.found, found);
  assert.ok(failed[0]!.next, 'no next step');
  assert.deepEqual([report.code, report.arrives], [1, false]);
}

/** A warning, beside which nothing failed. */
function assertWarned(report: Report, check: string, found: RegExp): void {
  const warned = report.findings.filter((each) => each.status === 'warn' && each.check === check);
  assert.ok(
    warned.some((each) => found.test(each.found)),
    JSON.stringify(report.findings, null, 1),
  );
  assert.deepEqual(
    report.findings.filter(({ status }) => status === 'fail'),
    [],
  );
}

async function closedPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await once(socket.close(), 'close');
  return port;
}

/** The address of an HTTP server that answers as told, until the test ends. */
async function serve(t: TestContext, answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer as any).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function withJaeger(t: TestContext): Jaeger | undefined {
  if (jaeger === undefined) t.skip('no Jaeger: npm run jaeger');
  return jaeger;
}

describe('doctor', { concurrency: 3 }, () => {
  test('a real Jaeger: the test span is found again, over UDP and over HTTP, and the application is traced', async (t) => {
    const real = withJaeger(t);
    if (real === undefined) return;
    const udp = await doctor(agentAt(real.compactPort), '--query', real.queryUrl, ...app);
    assert.deepEqual([udp.code, udp.arrives], [0, true], JSON.stringify(udp.findings, null, 1));
    assert.ok(udp.findings.some(({ check, status }) => check === 'found again' && status === 'ok'));
    assert.ok(
      udp.findings.some(({ check, found }) => check === 'library' && /^http .*: patched/.test(found)),
    );
    const http = await doctor({ JAEGER_ENDPOINT: real.collectorUrl }, '--query', `${real.queryUrl}/search`);
    assert.deepEqual([http.code, http.arrives], [0, true], JSON.stringify(http.findings, null, 1));
    assert.ok(http.findings.some(({ check, status }) => check === 'clock' && status === 'ok'));
    assert.ok(
      http.findings.some(({ found }) => found.includes(`endpoint = ${real.collectorUrl} (JAEGER_ENDPOINT)`)),
    );
    const otlp = await doctor(
      { TRACING_AGENT_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: real.otlpUrl },
      '--query',
      real.queryUrl,
    );
    assert.deepEqual([otlp.code, otlp.arrives], [0, true], JSON.stringify(otlp.findings, null, 1));
  });

  test('UDP that nobody refuses proves nothing without a query API', async () => {
    const report = await doctor(sinkEnv);
    assert.deepEqual([report.code, report.arrives], [3, null], JSON.stringify(report.findings, null, 1));
  });

  test('binary port, compact protocol', async (t) => {
    const real = withJaeger(t);
    if (real === undefined) return;
    const report = await doctor(agentAt(real.binaryPort), '--query', real.queryUrl);
    assertCause(report, 'found again', /takes Thrift binary, and compact is spoken/);
  });

  test("the collector's setting leads to the query service", async (t) => {
    const real = withJaeger(t);
    if (real === undefined) return;
    const report = await doctor({ TRACING_AGENT_ENDPOINT: `${real.queryUrl}/api/traces` });
    assertCause(report, 'collector', /another service, or another path/);
  });

  test('no UDP receiver', async () => {
    assertCause(await doctor(agentAt(await closedPort())), 'agent UDP', /nothing listens .*ECONNREFUSED/);
  });

  test('a name that does not exist', async () => {
    const report = await doctor({ JAEGER_AGENT_HOST: 'jaeger.invalid' });
    assertCause(report, 'name', /jaeger\.invalid cannot be resolved/);
    assert.match(report.findings.find(({ status }) => status === 'fail')!.next!, /correct JAEGER_AGENT_HOST/);
  });

  for (const [status, cause] of [
    [401, /credentials are missing or wrong/],
    [404, /another path/],
    [500, /fails inside/],
    [503, /overloaded/],
  ] as const) {
    test(`a collector that answers ${status}`, async (t) => {
      const stub = await startCollectorStub(status);
      t.after(() => stub.close());
      const report = await doctor({ TRACING_AGENT_ENDPOINT: `${stub.url}/api/traces` });
      assertCause(report, 'collector', cause);
      assert.equal(stub.posts.length, 1);
    });
  }

  test('a collector that never answers', async (t) => {
    const stub = await startCollectorStub();
    stub.silent = true;
    t.after(() => stub.close());
    const env = { TRACING_AGENT_ENDPOINT: `${stub.url}/api/traces`, TRACING_AGENT_TIMEOUT_MILLIS: '300' };
    assertCause(await doctor(env), 'collector', /does not answer: no answer in 300 ms/);
  });

  test('a closed collector port', async () => {
    const report = await doctor({ TRACING_AGENT_ENDPOINT: `http://127.0.0.1:${await closedPort()}` });
    assertCause(report, 'collector', /nothing listens at .*ECONNREFUSED/);
  });

  test('a gRPC port, https on a port without TLS, a web page', async (t) => {
    const server = createTcpServer((socket) =>
      socket.on('error', () => {}).end('\0\0\x12\x04\0\0\0\0\0'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const grpc = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/traces`;
    assertCause(await doctor({ TRACING_AGENT_ENDPOINT: grpc }), 'collector', /does not speak HTTP/);
    const page = await serve(t, (_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<html>');
    });
    const tls = await doctor({ TRACING_AGENT_ENDPOINT: `${page.replace('http', 'https')}/api/traces` });
    assertCause(tls, 'collector', /no TLS connection/);
    assertCause(
      await doctor({ TRACING_AGENT_ENDPOINT: `${page}/api/traces` }),
      'collector',
      /with a web page/,
    );
  });

  test("a clock that is an hour behind the collector's", async (t) => {
    const url = await serve(t, (request, response) => {
      request.resume();
      response.setHeader('date', new Date(Date.now() + 3_600_000).toUTCString());
      response.writeHead(202).end();
    });
    const report = await doctor({ TRACING_AGENT_ENDPOINT: `${url}/api/traces` });
    assertWarned(report, 'clock', /\b3(?:59\d|60\d) s behind/);
    assert.equal(report.code, 0);
  });

  test('an OTLP collector that is not there', async () => {
    const env = {
      TRACING_AGENT_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await closedPort()}`,
    };
    assertCause(await doctor(env), 'OTLP collector', /nothing listens/);
  });

  test('a sampling server that is down, fails, or keeps nothing', async (t) => {
    const remote = { ...sinkEnv, TRACING_AGENT_SAMPLER: 'remote' };
    const closed = { ...remote, TRACING_AGENT_SAMPLING_ENDPOINT: `http://127.0.0.1:${await closedPort()}` };
    assertCause(await doctor(closed), 'sampling server', /ECONNREFUSED.*0\.1 % of traces/);
    const url = await serve(t, (_request, response) => {
      response.end('{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0}}');
    });
    const none = await doctor({ ...remote, TRACING_AGENT_SAMPLING_ENDPOINT: `${url}/sampling` });
    assertCause(none, 'sampling server', /keeps no trace/);
  });

  for (const [name, env, check, found] of [
    ['disabled', { OTEL_SDK_DISABLED: 'true' }, 'settings', /OTEL_SDK_DISABLED=true turns the agent off/],
    ['exporter none', { OTEL_TRACES_EXPORTER: 'none' }, 'settings', /OTEL_TRACES_EXPORTER=none/],
    ['exporter console', { TRACING_AGENT_EXPORTER: 'console' }, 'settings', /none goes to Jaeger/],
    ['on demand', { TRACING_AGENT_ON_DEMAND: 'true' }, 'settings', /sleeps/],
    ['always_off', { OTEL_TRACES_SAMPLER: 'always_off' }, 'sampler', /always_off of OTEL_TRACES_SAMPLER/],
    [
      'a share of 0',
      { JAEGER_SAMPLER_TYPE: 'const', JAEGER_SAMPLER_PARAM: '0' },
      'sampler',
      /const\(0\) of JAEGER_SAMPLER_TYPE/,
    ],
    ['no roots', { TRACING_AGENT_ROOTS: 'none' }, 'sampler', /TRACING_AGENT_ROOTS=none/],
    ['no certificate', { TRACING_AGENT_CA_FILE: '/nowhere/ca.pem' }, 'certificates', /ca\.pem .*ENOENT/],
  ] as const) {
    test(name, async () => {
      assertCause(await doctor({ ...sinkEnv, ...env }), check, found);
    });
  }

  test('a misspelled setting, an unusable value, a rare sampler, a folder that cannot be made, a pod without Jaeger', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const report = await doctor({
      ...sinkEnv,
      TRACING_AGENT_SERVICE_NAM: 'shop',
      TRACING_AGENT_MAX_QUEUE_SIZE: 'many',
      TRACING_AGENT_SAMPLER: 'probabilistic',
      TRACING_AGENT_SPOOL_DIR: join(file, 'spool'),
    });
    assertWarned(
      report,
      'settings',
      /TRACING_AGENT_SERVICE_NAM is not a setting .*did you mean TRACING_AGENT_SERVICE_NAME/,
    );
    assertWarned(report, 'settings', /TRACING_AGENT_MAX_QUEUE_SIZE=many/);
    assertWarned(report, 'sampler', /0\.1 %/);
    assertWarned(report, 'spool', /is no folder/);
    const pod = await doctor({
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      TRACING_AGENT_AGENT_PORT: sinkEnv.TRACING_AGENT_AGENT_PORT!,
    });
    assertWarned(pod, 'Kubernetes', /localhost is the pod itself/);
  });

  test('packets dropped at the socket of an agent that does not read', {
    skip: process.platform !== 'linux' && 'Linux shows it',
  }, async (t) => {
    const receiver = spawn(process.execPath, [join(FIXTURES, 'deaf-receiver.cjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => receiver.kill('SIGKILL'));
    const [said] = await once(receiver.stdout, 'data');
    const report = await doctor(agentAt(Number(String(said))));
    assertWarned(report, 'packets dropped', /no room for \d+ packets/);
  });

  test('an old Node.js', async () => {
    // A stand-in: no such Node is kept here, and doctor goes by what it says of itself.
    const old = join(folder, 'node');
    writeFileSync(old, '#!/bin/sh\necho 16.20.2\n');
    chmodSync(old, 0o755);
    const report = await doctor(sinkEnv, '--', old, join(FIXTURES, 'app.cjs'));
    const failed = report.findings.filter(({ status }) => status === 'fail');
    assert.match(failed[0]!.found, /16\.20\.2 .*older than this agent supports/);
    assert.equal(report.code, 1);
  });

  test('NODE_OPTIONS that is lost on the way', async () => {
    const [dashes = '', ...command] = app;
    assertCause(
      await doctor(sinkEnv, dashes, '/usr/bin/env', '-i', ...command),
      'application',
      /clears the environment/,
    );
    assertCause(
      await doctor(sinkEnv, '--', 'no-such-command'),
      'application',
      /there is no command no-such-command/,
    );
  });

  test('the agent in the loader thread', async () => {
    const [dashes = '', node = '', script = ''] = app;
    const loader = join(repository, 'register.mjs');
    const report = await doctor(sinkEnv, dashes, node, '--experimental-loader', loader, script);
    const failed = report.findings
      .filter(({ status }) => status === 'fail')
      .map(({ check, found }) => `${check}: ${found}`);
    assert.match(failed[0]!, /^loading: .*loader thread/);
    assert.equal(report.code, 1);
  });

  test('two agents', async () => {
    const other = join(folder, 'node_modules/dd-trace/init.js');
    mkdirSync(join(other, '..'), { recursive: true });
    writeFileSync(other, '');
    const [dashes = '', node = '', script = ''] = app;
    assertCause(
      await doctor(sinkEnv, dashes, node, '-r', other, script),
      'other agents',
      /dd-trace.*two agents/,
    );
    const copy = join(folder, 'node_modules/tracing-agent');
    cpSync(join(repository, 'dist'), join(copy, 'dist'), { recursive: true });
    cpSync(register, join(copy, 'register.js'));
    const twice = await doctor(
      sinkEnv,
      dashes,
      node,
      '-r',
      register,
      '-r',
      join(copy, 'register.js'),
      script,
    );
    assertWarned(twice, 'other agents', /two copies of this agent .*stands back/);
  });

  test('libraries: loaded too early and by whom, frozen, of an unknown version, bundled, not loaded', async (t) => {
    if (!needsLibrary(t, 'express', 'pg', 'fastify', 'koa3')) return;
    const project = join(folder, 'project');
    const modules = join(project, 'node_modules');
    mkdirSync(join(modules, 'redis'), { recursive: true });
    for (const name of ['express', 'pg', 'fastify', 'koa3'])
      symlinkSync(libraryFolder(name)!, join(modules, name.replace(/\d$/, '')));
    writeFileSync(
      join(modules, 'redis/package.json'),
      '{"name":"redis","version":"1.0.0","main":"index.js"}',
    );
    writeFileSync(join(modules, 'redis/index.js'), '');
    writeFileSync(
      join(project, 'package.json'),
      '{"name":"project","dependencies":{"koa":"*","express":"*"}}',
    );
    writeFileSync(
      join(project, 'early.js'),
      'require("fastify"); Object.freeze(require("pg").Client.prototype);',
    );
    writeFileSync(
      join(project, 'app.js'),
      '// node_modules/mysql2/index.js\nvar __commonJS = (f) => f;\nrequire("express"); require("redis"); require("http");',
    );
    const command = [
      process.execPath,
      '-r',
      join(project, 'early.js'),
      '-r',
      register,
      join(project, 'app.js'),
    ];
    const report = await doctor(sinkEnv, '--', ...command);
    assertWarned(report, 'library', /^pg .*: frozen/);
    assertWarned(report, 'library', /^redis 1\.0\.0: version untested/);
    assertWarned(report, 'library', /^mysql2: bundled into .*app\.js/);
    const texts = report.findings.filter(({ check }) => check === 'library').map(({ found }) => found);
    assert.ok(
      texts.some((text) => /^(?:express|router) .*: patched/.test(text)),
      texts.join('\n'),
    );
    assert.ok(
      texts.some((text) => /^koa /.test(text)),
      texts.join('\n'),
    );
    // Express 5 routes through a package of its own.
    assert.ok(
      texts.some((text) => /^express 5\S+: traced in its package router$/.test(text)),
      texts.join('\n'),
    );
  });

  test('ES modules that this Node.js shows only to a loader thread', async (t) => {
    if ('registerHooks' in (await import('node:module'))) return t.skip('this Node.js shows them');
    if (!needsLibrary(t, 'hono')) return;
    const project = join(folder, 'es');
    mkdirSync(join(project, 'node_modules'), { recursive: true });
    symlinkSync(libraryFolder('hono')!, join(project, 'node_modules/hono'));
    writeFileSync(join(project, 'package.json'), '{"name":"es","dependencies":{"hono":"*"}}');
    writeFileSync(join(project, 'app.cjs'), 'import("hono");');
    const report = await doctor(sinkEnv, '--', process.execPath, join(project, 'app.cjs'));
    assertWarned(report, 'library', /hono.*loader thread/);
  });

  test('a server is ended after --wait, with all that it started', async () => {
    const report = await doctor(sinkEnv, '--wait', '2', '--', process.execPath, join(FIXTURES, 'waits.cjs'));
    assert.ok(report.findings.some(({ check, status }) => check === 'application' && status === 'ok'));
    assert.ok(!report.findings.some(({ found }) => /by itself/.test(found)));
  });

  test('a query address that is none', async () => {
    const { code, stderr } = await cli(['doctor', '--query', 'http://[']);
    assert.equal(code, 2);
    assert.match(stderr, /--query http:\/\/\[ is not an address/);
  });
});

describe('doctor --trace-id', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const span = (spanID: string, processID: string, parent?: string, tags: object = {}) => ({
    traceID: traceId,
    spanID,
    operationName: 'GET',
    references: parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID: traceId, spanID: parent }],
    startTime: 1,
    duration: 1,
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    processID,
  });
  const call = {
    'span.kind': 'client',
    'http.request.method': 'GET',
    'server.address': 'stock',
    'server.port': 8081,
  };
  const processes = { p1: { serviceName: 'shop' }, p2: { serviceName: 'stock' } };

  async function explain(t: TestContext, spans: object[]): Promise<Report> {
    const url = await serve(t, (_request, response) => {
      response.end(JSON.stringify({ data: [{ traceID: traceId, spans, processes }], errors: null }));
    });
    return doctor({}, '--query', url, '--trace-id', traceId);
  }

  test('<trace-without-root-span>: the caller does not report', async (t) => {
    const report = await explain(t, [span('2', 'p2', '1'), span('3', 'p2', '2')]);
    assert.equal(report.code, 1);
    assert.match(
      report.findings[0]!.found,
      /stock reports, but its caller does not.*<trace-without-root-span>/,
    );
  });

  test('a root without children: the callee does not report', async (t) => {
    const report = await explain(t, [span('1', 'p1'), span('2', 'p1', '1', call)]);
    assert.equal(report.code, 1);
    assert.match(
      report.findings[0]!.found,
      /shop reports its call of stock:8081, but stock:8081 does not report/,
    );
  });

  test('both, as a real Jaeger tells of them, whose ids lose their leading zeros', async (t) => {
    const real = withJaeger(t);
    if (real === undefined) return;
    const idOf = (number: number) => number.toString(16).padStart(16, '0');
    const post = async (trace: number, service: string, spanId: number, parent: number, tags: object) => {
      const given = {
        traceIdLow: idOf(trace),
        traceIdHigh: idOf(0),
        spanId: idOf(spanId),
        parentSpanId: idOf(parent),
        operationName: 'GET',
        flags: 1,
        startTime: Date.now() * 1000,
        duration: 1000,
        tags: Object.entries(tags).map(([key, value]) => ({ key, vType: 0, vStr: String(value) })),
        references: [],
        logs: [],
      };
      const batch = { process: { serviceName: service, tags: [] }, spans: [given] };
      const body = oracle.encodeBatch(batch as unknown as oracle.PlainBatch);
      const headers = { 'content-type': 'application/x-thrift' };
      assert.equal((await fetch(real.collectorUrl, { method: 'POST', headers, body })).status, 202);
    };
    const orphaned = 0x7001;
    const childless = 0x7002;
    await post(orphaned, 'stock', 2, 1, { 'span.kind': 'server' });
    await post(childless, 'shop', 1, 0, call);
    for (const [trace, cause] of [
      [orphaned, /stock reports, but its caller does not.*<trace-without-root-span>/],
      [childless, /shop reports its call of stock:8081, but stock:8081 does not report/],
    ] as const) {
      const path = `${real.queryUrl}/api/traces/${trace.toString(16)}`;
      for (const end = Date.now() + 10_000; (await fetch(path)).status !== 200; ) {
        assert.ok(Date.now() < end, `Jaeger never has ${path}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const report = await doctor({}, '--query', real.queryUrl, '--trace-id', trace.toString(16));
      assert.equal(report.code, 1);
      assert.match(report.findings[0]!.found, cause);
      assert.ok(report.findings[0]!.next);
    }
  });

  test('a whole trace, and a trace that is not there', async (t) => {
    const whole = await explain(t, [span('1', 'p1'), span('2', 'p1', '1', call), span('3', 'p2', '2')]);
    assert.deepEqual([whole.code, whole.findings[0]!.status], [0, 'ok']);
    const url = await serve(t, (_request, response) => {
      response.writeHead(404).end('{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}');
    });
    const none = await doctor({}, '--query', url, '--trace-id', '1');
    assert.deepEqual([none.code, none.findings[0]!.status], [1, 'fail']);
    assert.match(none.findings[0]!.found, /has no trace 1/);
  });
});

test('status is one line a check, without next steps', async () => {
  const { stdout, code } = await cli(['status'], { env: agentAt(await closedPort()) });
  assert.equal(code, 1);
  assert.match(stdout, /^FAIL {2}agent UDP .*ECONNREFUSED/m);
  assert.doesNotMatch(stdout, /→ start|\x1b/);
});
