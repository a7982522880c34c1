/**
 * The agent as users load it: every way in, every Node version, any copy of the API, in code, and in odd states.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';
import { repository } from '../../support/cache';
import { floorNodes, nodes } from '../../support/nodes';
import { needs } from '../../support/services';
import { runApp, traceApp } from '../../support/trace-app';

const fixture = (name: string) => join(__dirname, name);
const sorted = (names: (string | undefined)[]) => names.sort().join(' ');

for (const node of [...nodes, ...floorNodes]) {
  for (const preload of ['require', 'import', 'NODE_OPTIONS'] as const) {
    test(`Node ${node.name}, by ${preload}: an ES module's server, client and own span are one trace`, async () => {
      const run = await traceApp(fixture('manual.mjs'), { node: node.path, preload });
      assert.deepEqual([run.stdout, run.stderr, run.code], ['hello\n', '', 0]);
      assert.equal(sorted(run.spans.map((span) => span.name)), 'GET GET inner');
      assert.equal(new Set(run.spans.map((span) => span.traceId)).size, 1);
    });
  }
}

for (const node of [...nodes, ...floorNodes]) {
  test(`Node ${node.name}: http and https are seen in the tick in which they load, and stacks are as without the agent`, async () => {
    const run = await traceApp(fixture('at-once.cjs'), { node: node.path });
    const bare = await runApp(fixture('at-once.cjs'), { node: node.path, preload: 'none' });
    assert.deepEqual([run.stdout, run.stderr, run.code], [bare.stdout, bare.stderr, bare.code]);
    const seen = run.spans.map((span) => `${span.tags['span.kind']} ${span.tags['error.type'] ?? ''}`);
    assert.equal(sorted(seen), 'client  client ECONNREFUSED server ');
  });
}

for (const api of ['@opentelemetry/api', '@newest-opentelemetry/api', '@oldest-opentelemetry/api']) {
  test(`spans made through ${api} are sent with their attributes, events and status`, async () => {
    const env = { API: api, PRINT_HEADERS: '1', OTEL_SERVICE_NAME: 'by-hand' };
    const { spans, stdout, stderr } = await traceApp(fixture('manual.cjs'), { env });
    assert.deepEqual([stdout, stderr], ['true\ndone\n', '']);
    const outer = spans.find((span) => span.name === 'outer')!;
    const inner = spans.find((span) => span.name === 'inner')!;
    assert.equal(outer.service, 'by-hand');
    assert.equal(inner.parentSpanId, outer.spanId);
    assert.equal(outer.tags['order.items'], 3);
    assert.equal(outer.tags['order.gift'], false);
    assert.equal(outer.tags['otel.scope.name'], 'manual');
    assert.deepEqual(outer.logs[0]!.fields, { event: 'picked', shelf: 'A7' });
    assert.equal(inner.tags.error, true);
    assert.equal(inner.tags['otel.status_description'], 'sold out');
  });
}

test('the same application runs without the agent, with no spans and no headers', async () => {
  const run = await traceApp(fixture('manual.cjs'), { preload: 'none', env: { PRINT_HEADERS: '1' } });
  assert.deepEqual([run.stdout, run.stderr, run.code, run.spans], ['false\ndone\n', '', 0, []]);
});

test('start() in code traces libraries loaded before it, once, until shutdown()', async () => {
  const env = { AGENT: join(repository, 'dist/index.js') };
  const run = await traceApp(fixture('control.cjs'), { preload: 'none', env });
  assert.equal(run.stderr, '');
  assert.deepEqual(JSON.parse(run.stdout), {
    before: 0,
    started: true,
    again: false,
    ended: 2,
    sent: 2,
    faults: 0,
    after: false,
  });
  assert.equal(sorted(run.spans.map((span) => span.name)), 'GET GET /users/:id');
  assert.equal(run.spans[0]!.service, 'in-code');
  assert.equal(
    run.spans.find((span) => span.parentSpanId === '0000000000000000')!.tags['sampler.type'],
    'const',
  );
});

test('an agent that was shut down and started again traces as before, each call once', async (t) => {
  if (!(await needs(t, 'redis'))) return;
  const env = { AGENT: join(repository, 'dist/index.js') };
  const run = await traceApp(fixture('restart.cjs'), { preload: 'none', env });
  assert.equal(run.stderr, '');
  const first = ['GET', 'GET', 'GET', 'GET', 'GET'];
  assert.equal(
    sorted(run.spans.map((span) => `${span.service} ${span.name}`)),
    sorted([...first.map((name) => `one ${name}`), ...first.map((name) => `three ${name}`)]),
  );
});

test('start() under the preload is refused without a word: the agent of the preload goes on', async () => {
  const env = { AGENT: join(repository, 'dist/index.js') };
  const run = await traceApp(fixture('control.cjs'), { env });
  assert.equal(JSON.parse(run.stdout).started, false);
  assert.equal(run.stderr, '');
});

for (const [end, code, signal] of [
  ['natural', 0, null],
  ['exit', 3, null],
  ['throw', 1, null],
  ['SIGTERM', null, 'SIGTERM'],
] as const) {
  test(`a span that ended just before the process did (${end}) is sent, and the process ends as without the agent`, async () => {
    const run = await traceApp(fixture('one-span.cjs'), { env: { END: end } });
    const bare = await runApp(fixture('one-span.cjs'), { preload: 'none', env: { END: end } });
    assert.deepEqual(
      [run.code, run.signal, run.stdout, run.stderr],
      [code, signal, bare.stdout, bare.stderr],
    );
    assert.deepEqual([bare.code, bare.signal], [code, signal]);
    assert.deepEqual(
      run.spans.map((span) => span.name),
      ['last'],
    );
  });
}

for (const end of ['natural', 'SIGTERM'] as const) {
  test(`a collector that never answers holds an ending process (${end}) no longer than the setting says`, async (t) => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    // Without the setting this would take ten minutes, and the run would be given up after thirty seconds.
    const env = {
      END: end,
      TRACING_AGENT_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      TRACING_AGENT_TIMEOUT_MILLIS: '600000',
      TRACING_AGENT_EXPORT_TIMEOUT_MILLIS: '600000',
      TRACING_AGENT_FLUSH_ON_EXIT_MILLIS: '100',
    };
    const run = await traceApp(fixture('one-span.cjs'), { env });
    assert.deepEqual([run.code, run.signal], end === 'natural' ? [0, null] : [null, 'SIGTERM']);
    assert.equal(run.stdout, '');
  });
}

test('a listener that ends the process only where it is alone, as signal-exit does, is not kept from it', async () => {
  const run = await traceApp(fixture('signals.cjs'));
  assert.deepEqual([run.stdout, run.stderr, run.code, run.signal], ['listeners 1\n', '', null, 'SIGTERM']);
  assert.deepEqual(
    run.spans.map((span) => span.name),
    ['last'],
  );
});

test('baggage that no header can hold, and a polluted prototype, neither throw into the application nor leave it', async () => {
  const run = await traceApp(fixture('hostile-baggage.cjs'));
  assert.deepEqual([run.stdout, run.code], ['false 2\n', 0]);
  // The value that no URL can carry is named, once.
  assert.match(run.stderr, /^tracing-agent: .*baggage item lone was not sent on.*\n$/);
});

test('a setting that cannot be parsed is named once on stderr with what is used instead, and the application runs', async () => {
  const env = {
    OTEL_BSP_SCHEDULE_DELAY: 'soon',
    TRACING_AGENT_AGENT_HOTS: 'x',
    JAEGER_REPORTER_LOG_SPANS: 'true',
  };
  const run = await traceApp(fixture('bad-settings.cjs'), { env });
  assert.equal(run.stdout, 'runs\n');
  assert.equal(run.code, 0);
  const lines = run.stderr.trim().split('\n');
  assert.equal(lines.length, 3, run.stderr);
  assert.match(run.stderr, /OTEL_BSP_SCHEDULE_DELAY=soon .*using 1000 ms/);
  assert.match(run.stderr, /TRACING_AGENT_AGENT_HOTS is not a setting.*TRACING_AGENT_AGENT_HOST\?/);
  assert.match(run.stderr, /JAEGER_REPORTER_LOG_SPANS=true is not supported .*yet/);
});

for (const [name, value] of [
  ['OTEL_SDK_DISABLED', 'true'],
  ['JAEGER_DISABLED', 'true'],
  ['TRACING_AGENT_DISABLED', 'true'],
  ['TRACES_EXPORTER', 'none'],
] as const) {
  test(`${name}=${value} turns the agent off`, async () => {
    const run = await traceApp(fixture('manual.cjs'), { env: { [name]: value, PRINT_HEADERS: '1' } });
    assert.deepEqual([run.stdout, run.stderr, run.spans], ['false\ndone\n', '', []]);
  });
}

test('a request with jaeger-debug-id is traced though the sampler drops all, and says why', async () => {
  const env = { OTEL_TRACES_SAMPLER: 'parentbased_always_off' };
  const asked = await traceApp(fixture('debug-id.cjs'), { env });
  assert.equal(
    sorted(asked.spans.map((span) => `${span.name} ${span.tags['jaeger-debug-id']}`)),
    'GET slow order 17 inner undefined',
  );
});

test('on demand the agent reads nothing and does nothing, until TRACING_AGENT_ENABLE=true asks for one command', async () => {
  const onDemand = { TRACING_AGENT_ON_DEMAND: 'true', OTEL_TRACES_SAMPLER: 'always_off' };
  const asleep = await traceApp(fixture('what-is-read.cjs'), { env: onDemand });
  assert.deepEqual([asleep.stdout, asleep.stderr, asleep.spans], ['register.js\n', '', []]);
  const awake = await traceApp(fixture('manual.cjs'), { env: { ...onDemand, TRACING_AGENT_ENABLE: 'true' } });
  assert.deepEqual([awake.stdout, awake.stderr], ['done\n', '']);
  assert.equal(sorted(awake.spans.map((span) => span.name)), 'inner outer');
});

test('a list of instrumentations to use does not keep a newer API from joining', async () => {
  const env = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http', API: '@newest-opentelemetry/api' };
  const run = await traceApp(fixture('manual.cjs'), { env });
  assert.equal(sorted(run.spans.map((span) => span.name)), 'inner outer');
});

test('an instrumentation can be left out by name', async () => {
  const run = await traceApp(fixture('manual.mjs'), { env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http' } });
  assert.deepEqual(
    run.spans.map((span) => span.name),
    ['inner'],
  );
});

test('what npm packs is enough: installed into another folder, it is found by its name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString(),
  );
  const files: string[] = packed.files.map((file: { path: string }) => file.path);
  const strange = files.filter(
    (file) =>
      !/^(dist\/.*\.(js|d\.ts)|dist\/viewer-ui\/[\w-]+\.(html|css)|dist\/THIRD-PARTY-NOTICES\.txt|dist\/sbom\.cdx\.json|register\.m?js|package\.json|README\.md|LICENSE)$/.test(
        file,
      ),
  );
  assert.deepEqual(strange, []);
  assert.ok(files.length <= 120, `${files.length} files`);
  assert.ok(packed.unpackedSize <= 4_000_000, `${packed.unpackedSize} bytes`);

  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', modules]);
  cpSync(join(modules, 'package'), join(modules, 'tracing-agent'), { recursive: true });
  symlinkSync(join(repository, 'node_modules/@opentelemetry'), join(modules, '@opentelemetry'));
  cpSync(fixture('manual.mjs'), join(folder, 'manual.mjs'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "its-own-service", "type": "module" }');
  for (const flags of [
    { NODE_OPTIONS: '-r tracing-agent/register' },
    { NODE_OPTIONS: '--import tracing-agent/register' },
  ]) {
    const run = await traceApp(join(folder, 'manual.mjs'), { cwd: folder, preload: 'none', env: flags });
    assert.deepEqual([run.stdout, run.stderr], ['hello\n', '']);
    assert.equal(
      sorted(run.spans.map((span) => `${span.service} ${span.name}`)),
      'its-own-service GET its-own-service GET its-own-service inner',
    );
  }
});

for (const [version, supported] of [
  ['0.10.48', false],
  ['16.20.2', false],
  ['18.18.2', false],
  ['18.19.0', true],
  ['20.5.1', false],
  ['20.6.0', true],
  ['22.0.0', true],
  ['27.1.0', true],
] as const) {
  test(`on Node ${version} register.js ${supported ? 'goes on' : 'says one line and reads nothing else'}`, () => {
    const lines: string[] = [];
    const required: string[] = [];
    const source = readFileSync(join(repository, 'register.js'), 'utf8');
    vm.runInNewContext(source, {
      process: { versions: { node: version }, env: {} },
      require(name: string) {
        if (name === 'fs') return { writeSync: (_fd: number, line: string) => lines.push(line) };
        required.push(name);
        return { register() {} };
      },
    });
    assert.deepEqual(required, supported ? ['./dist/start.js'] : []);
    assert.equal(lines.length, supported ? 0 : 1);
    if (!supported)
      assert.match(lines[0]!, new RegExp(`^tracing-agent: Node.js ${version} .* untraced .*\\n$`));
  });
}

test('register.js is ES5, so that an old Node can read it, and its failures stay inside', () => {
  const source = readFileSync(join(repository, 'register.js'), 'utf8').replace(/'[^'\n]*'|\/\/.*$/gm, '');
  assert.doesNotMatch(source, /=>|\b(let|const|class|async|await)\b|`|\?\.|\?\?|\.\.\./);
  const lines: string[] = [];
  vm.runInNewContext(readFileSync(join(repository, 'register.js'), 'utf8'), {
    process: { versions: { node: '22.1.0' }, env: {} },
    require(name: string) {
      if (name === 'fs') return { writeSync: (_fd: number, line: string) => lines.push(line) };
      throw new Error('torn installation');
    },
  });
  assert.match(lines.join(''), /could not start, the application runs untraced: torn installation/);
});
