/**
 * Holds what the agent costs where no clock is needed: files and bytes read at start, and memory for a span. A figure that a change has to raise is raised here, on purpose.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, test } from 'node:test';
import { repository } from '../support/cache';
import { nodeNamed } from '../support/nodes';
import { plainEnv } from '../support/trace-app';

/** Bytes of JavaScript: `register.js` and `start.js`. Each 10 kB are about 0.2 ms of every start. */
const MOST_BYTES_AT_START = 52_000;
/** What the agent may have Node read of its own at start. */
const BUILTINS_AT_START = ['NativeModule diagnostics_channel'];
/**
 * Instructions of an empty script's start above the same script bare on Node 20, and of a span of seven attributes,
 * started, ended, encoded and sent, the compiler's and the collector's shares among them; measured: 22 million, 24,000.
 */
const MOST_INSTRUCTIONS_AT_START = 25_000_000;
const MOST_INSTRUCTIONS_A_SPAN = 40_000;
/** Bytes of the heap that a patch's span of seven attributes may leave to the collector, sent and all. */
const MOST_BYTES_A_SPAN = 4_000;

const folder = mkdtempSync(join(tmpdir(), 'budgets-'));
after(() => rmSync(folder, { recursive: true }));

const executables = [
  { name: process.versions.node.split('.')[0]!, path: process.execPath },
  ...['20', '24'].flatMap((name) => nodeNamed(name) ?? []),
].filter(({ path }, at, all) => all.findIndex((each) => each.path === path) === at);

for (const { name, path } of executables) {
  test(`Node ${name}: an empty script reads register.js and start.js, and next to nothing of Node's`, () => {
    const bare = loaded(path, []);
    const traced = loaded(path, ['-r', join(repository, 'register.js')]);
    const files = traced.files.filter((file) => !bare.files.includes(file));
    assert.deepEqual(ownOf(files), ['dist/start.js', 'register.js']);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    assert.ok(bytes <= MOST_BYTES_AT_START, `${bytes} bytes of JavaScript`);

    const builtins = traced.builtins.filter((each) => !bare.builtins.includes(each));
    const more = builtins.filter((each) => each.startsWith('Native') && !BUILTINS_AT_START.includes(each));
    assert.deepEqual(more, []);
  });
}

test('what is usually set has no more read; anything else, the table of settings', () => {
  const preload = ['-r', join(repository, 'register.js')];
  const resolver = join(repository, 'dist/config-resolve.js');
  const usual = { JAEGER_SERVICE_NAME: 'shop', JAEGER_AGENT_HOST: '10.0.0.7', JAEGER_SAMPLER_TYPE: 'const' };
  assert.ok(!loaded(process.execPath, preload, usual).files.includes(resolver));
  assert.ok(loaded(process.execPath, preload, { OTEL_PROPAGATORS: 'b3' }).files.includes(resolver));
});

/** What a server that listens has read before its first request. */
const READ_BY_A_SERVER = [
  'dist/injected-headers.js',
  'dist/patch-http-http.js',
  'dist/patched.js',
  'dist/server-shared.js',
  'dist/start.js',
  'register.js',
];

for (const { name, path } of executables) {
  test(`Node ${name}: a server reads of the agent what its patches need, and the rest with its first request`, () => {
    const server = `const files = () => Object.keys(require.cache);
const builtins = () => process.moduleLoadList.filter((name) => /^NativeModule (crypto|perf_hooks|os)$/.test(name));
const http = require('node:http');
const server = http.createServer((_, response) => response.end()).listen(0, '127.0.0.1', () => {
  const listening = { files: files(), builtins: builtins() };
  http.get(server.address(), (response) => response.resume().on('close', () => {
    server.close();
    setImmediate(() => require('node:fs').writeSync(1, JSON.stringify({ listening, files: files(), builtins: builtins() })));
  }));
});`;
    const bare = output(path, [], 'server.cjs', server);
    const { listening, files } = output(path, ['-r', join(repository, 'register.js')], 'server.cjs', server);
    assert.deepEqual(ownOf(listening.files), READ_BY_A_SERVER);
    assert.deepEqual(listening.builtins, bare.listening.builtins);
    assert.deepEqual(ownOf(files), [...READ_BY_A_SERVER, 'dist/sent.js', 'dist/traced.js'].sort());
  });
}

test('what a server needs for its first request it has read within two seconds, without any', () => {
  const server = `require('node:http').createServer().listen(0, '127.0.0.1');
const look = () => {
  const files = Object.keys(require.cache);
  if (!files.some((file) => file.endsWith('sent.js'))) return setTimeout(look, 50);
  require('node:fs').writeSync(1, JSON.stringify({ files, crypto: process.moduleLoadList.includes('NativeModule crypto') }));
  process.exit();
};
look();`;
  const { files, crypto } = output(
    process.execPath,
    ['-r', join(repository, 'register.js')],
    'server.cjs',
    server,
  );
  for (const file of ['dist/sent.js', 'dist/traced.js']) assert.ok(ownOf(files).includes(file), file);
  assert.ok(crypto);
});

/** Files of this package, in order. */
function ownOf(files: string[]): string[] {
  return files
    .map((file) => relative(repository, file))
    .filter((file) => !file.startsWith('..'))
    .sort();
}

// The figures are those of Node 20's V8.
const countable = spawnSync('valgrind', ['--version']).status === 0 && process.version.startsWith('v20.');

test('the start and a span take no more instructions than they did', {
  skip: !countable && 'needs Node 20 and valgrind',
}, () => {
  const counted = JSON.parse(
    execFileSync(process.execPath, [join(repository, 'bench/instructions.mjs')], { encoding: 'utf8' }),
  );
  assert.ok(counted.start <= MOST_INSTRUCTIONS_AT_START, `${counted.start} instructions of a start`);
  assert.ok(counted.span <= MOST_INSTRUCTIONS_A_SPAN, `${counted.span} instructions of a span`);
});

test('a span leaves little to the garbage collector, and nothing for good', () => {
  const script = write(
    'spans.cjs',
    `const { trace, SpanKind } = require(${JSON.stringify(join(repository, 'node_modules/@opentelemetry/api'))});
const tracer = trace.getTracer('budget');
const span = (id) => tracer.startSpan('GET /users/:id', { kind: SpanKind.SERVER, attributes: {
  'http.request.method': 'GET', 'url.path': '/users/' + id, 'url.scheme': 'http', 'http.route': '/users/:id',
  'server.address': 'localhost', 'server.port': 3000, 'http.response.status_code': 200 } }).end();
const turn = () => new Promise((resolve) => setImmediate(resolve));
// Below what fills the queue, in turns, so that packets leave.
const some = async (turns) => { for (let each = 0; each < turns; each++) { for (let id = 0; id < 100; id++) span(id); await turn(); } };
(async () => {
  await some(100);
  gc();
  const before = process.memoryUsage().heapUsed;
  let allocated = 0;
  const spans = 2_000;
  // One turn at a time, below what makes the collector run: the heap's growth is what was allocated.
  for (let each = 0; each < spans / 100; each++) {
    gc();
    const from = process.memoryUsage().heapUsed;
    for (let id = 0; id < 100; id++) span(id);
    allocated += process.memoryUsage().heapUsed - from;
    await turn();
  }
  gc();
  const kept = process.memoryUsage().heapUsed - before;
  console.log(JSON.stringify({ allocated: allocated / spans, kept: kept / spans }));
})();
`,
  );
  // A young generation that 100 spans don't fill.
  const run = spawnSync(
    process.execPath,
    [
      '--expose-gc',
      '--max-semi-space-size=64',
      '--min-semi-space-size=64',
      '-r',
      join(repository, 'register.js'),
      script,
    ],
    { env: { ...plainEnv(), OTEL_TRACES_SAMPLER: 'always_on' }, encoding: 'utf8' },
  );
  assert.equal(run.status, 0, run.stderr);
  const { allocated, kept } = JSON.parse(run.stdout);
  assert.ok(allocated > 100 && allocated <= MOST_BYTES_A_SPAN, `${allocated} bytes a span`);
  assert.ok(kept <= 100, `${kept} bytes a span are kept`);
});

/** The CommonJS files and the modules of Node's own that a process has read by its end. */
function loaded(
  node: string,
  flags: string[],
  env: Record<string, string> = {},
): { files: string[]; builtins: string[] } {
  const script = `const builtins = [...process.moduleLoadList];
require('node:fs').writeSync(1, JSON.stringify({ files: Object.keys(require.cache), builtins }));
`;
  return output(node, flags, 'empty.cjs', script, env);
}

/** What a script prints as JSON. */
function output(node: string, flags: string[], name: string, text: string, env: Record<string, string> = {}) {
  const script = write(name, text);
  const options = { env: { ...plainEnv(), ...env }, encoding: 'utf8', cwd: folder } as const;
  return JSON.parse(execFileSync(node, [...flags, script], options));
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
