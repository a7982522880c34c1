/**
 * Guards the traces of command-line programs: a span from the process's start to its end, and children of every kind
 * that continue it through their environment, in real processes.
 */
import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { nodes } from '../../support/nodes';
import { runApp, type SeenSpan, traceApp } from '../../support/trace-app';

const fixture = (name: string) => join(__dirname, name);
const on = { TRACING_AGENT_PROCESS_SPAN: 'true' };
const T = '4bf92f3577b34da6a3ce929d0e0e4736';
const S = '00f067aa0ba902b7';

function only(spans: SeenSpan[], name: string): SeenSpan {
  const found = spans.filter((span) => span.name === name);
  assert.equal(found.length, 1, `${found.length} spans named ${name}`);
  return found[0]!;
}

test('the span of the process: its command, its exit code or signal, and nothing of its arguments', async () => {
  for (const [way, tags, code, signal] of [
    ['naturally', { 'process.exit.code': 0 }, 0, null],
    ['exit', { 'process.exit.code': 3, 'error.type': '3', error: true }, 3, null],
    ['throws', { 'process.exit.code': 1, 'error.type': '1', error: true }, 1, null],
    ['signal', { 'process.exit.signal': 'SIGTERM', 'error.type': 'SIGTERM', error: true }, null, 'SIGTERM'],
  ] as const) {
    const args = [way, '--token=canary'];
    const run = await traceApp(fixture('ends.cjs'), { args, env: on });
    const bare = await runApp(fixture('ends.cjs'), { args, preload: 'none' });
    assert.deepEqual([run.code, run.signal, run.stdout], [code, signal, bare.stdout], way);
    assert.equal(run.stderr, bare.stderr, way);
    const span = only(run.spans, 'ends.cjs');
    for (const [key, value] of Object.entries(tags)) assert.equal(span.tags[key], value, `${way} ${key}`);
    assert.deepEqual(
      JSON.parse(String(span.tags['process.command_args'])).map((each: string) => basename(each)),
      [basename(process.execPath), 'ends.cjs'],
    );
    assert.ok(!JSON.stringify(span).includes('canary'));
  }
  const args = ['naturally', '--name=x'];
  const run = await traceApp(fixture('ends.cjs'), {
    args,
    env: { ...on, TRACING_AGENT_PROCESS_ARGUMENTS: 'true' },
  });
  assert.ok(String(only(run.spans, 'ends.cjs').tags['process.command_args']).includes('--name=x'));
});

test('without the setting there is no span of the process, and children are left alone', async () => {
  const run = await traceApp(fixture('parent.cjs'), { args: ['spawn'], preload: 'NODE_OPTIONS' });
  assert.deepEqual(run.spans.map((span) => span.name).sort(), ['in spawn', 'spawn']);
  assert.notEqual(only(run.spans, 'spawn').traceId, only(run.spans, 'in spawn').traceId);
});

const WAYS = [
  'spawn',
  'exec',
  'shell',
  'execFile',
  'fork',
  'spawnSync',
  'execSync',
  'execFileSync',
  'worker',
  'cluster',
];

for (const { name, path } of nodes) {
  test(`Node ${name}: children of every kind continue the span that started them`, async () => {
    const run = await traceApp(fixture('parent.cjs'), {
      node: path,
      args: WAYS,
      preload: 'NODE_OPTIONS',
      env: on,
      timeout: 60_000,
    });
    assert.equal(run.code, 0, run.stderr);
    const root = only(run.spans, 'parent.cjs');
    assert.equal(root.parentSpanId, '0'.repeat(16));
    for (const way of WAYS) {
      const started = only(run.spans, way);
      assert.equal(started.parentSpanId, root.spanId, way);
      const inner = only(run.spans, `in ${way}`);
      const child = run.spans.find((span) => span.spanId === inner.parentSpanId);
      assert.equal(
        child?.name,
        way === 'worker' ? 'worker thread' : 'child.cjs',
        `${way}: its process is above it`,
      );
      assert.equal(child.parentSpanId, started.spanId, way);
      assert.equal(inner.traceId, root.traceId, way);
    }
  });
}

test('through `npm run` as well', async () => {
  const run = await traceApp(fixture('parent.cjs'), {
    args: ['npm'],
    preload: 'NODE_OPTIONS',
    env: on,
    timeout: 60_000,
  });
  const inner = only(run.spans, 'in npm');
  assert.equal(inner.traceId, only(run.spans, 'parent.cjs').traceId);
});

test("a child's environment that the application has set itself stays", async () => {
  const run = await traceApp(fixture('parent.cjs'), { args: ['own'], preload: 'NODE_OPTIONS', env: on });
  assert.equal(only(run.spans, 'in own').traceId, 'a'.repeat(32));
});

const carriers: Record<string, Record<string, string>> = {
  TRACEPARENT: { TRACEPARENT: `00-${T}-${S}-01`, TRACESTATE: 'a=1', BAGGAGE: 'tenant=blue' },
  UBER_TRACE_ID: { UBER_TRACE_ID: `${T}:${S}:0:3` },
};
for (const [format, env] of Object.entries(carriers)) {
  test(`${format} of the environment is continued, also without a span of the process`, async () => {
    const run = await traceApp(fixture('child.cjs'), {
      args: ['here'],
      env: { ...env, TRACING_AGENT_BAGGAGE_TAGS: 'tenant' },
    });
    const span = only(run.spans, 'in here');
    assert.deepEqual([span.traceId, span.parentSpanId], [T, S]);
    if (format === 'UBER_TRACE_ID') assert.equal(span.flags, 3);
    else assert.equal(span.tags.tenant, 'blue');
  });
}

test('a variable that holds no trace is ignored', async () => {
  const run = await traceApp(fixture('child.cjs'), { args: ['here'], env: { TRACEPARENT: 'nonsense' } });
  assert.equal(only(run.spans, 'in here').parentSpanId, '0'.repeat(16));
  assert.equal(run.stderr, '');
});
