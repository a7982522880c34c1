/**
 * Log correlation under the agent, in child processes: the active span's ids in the records of pino, winston and bunyan
 * where the setting asks for them, nothing else changed, and not a byte where it doesn't.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { libraryFolder, needsLibrary } from '../../support/libraries';
import { nodes } from '../../support/nodes';
import { runApp, type SeenSpan, traceApp } from '../../support/trace-app';

type Record_ = Record<string, unknown>;

const fixture = (name: string) => join(__dirname, name);
const ON = { TRACING_AGENT_LOG_CORRELATION: 'true' };
/** Library to its fixture, its package, and, where that is another's dependency, whose. */
const libraries: { fixture: string; library: string; of?: string }[] = [
  { fixture: 'pino', library: 'pino' },
  { fixture: 'pino', library: 'pino6-lowest' },
  { fixture: 'pino', library: 'pino6' },
  { fixture: 'pino', library: 'pino7-lowest' },
  { fixture: 'pino', library: 'pino7' },
  { fixture: 'pino', library: 'pino8-lowest' },
  { fixture: 'pino', library: 'pino8' },
  { fixture: 'pino', library: 'pino9-lowest' },
  { fixture: 'pino', library: 'pino9' },
  { fixture: 'pino', library: 'pino10-lowest' },
  { fixture: 'pino', library: 'pino', of: 'fastify4' },
  { fixture: 'pino', library: 'pino', of: 'restify11' },
  { fixture: 'winston', library: 'winston' },
  { fixture: 'winston', library: 'winston-lowest' },
  { fixture: 'bunyan', library: 'bunyan' },
  { fixture: 'bunyan', library: 'bunyan2-lowest' },
  { fixture: 'bunyan', library: 'bunyan1' },
  { fixture: 'bunyan', library: 'bunyan1-lowest' },
];

for (const { fixture: name, library, of } of libraries) {
  const folder = of === undefined ? library : `${of}/node_modules/${library}`;
  test(`${folder}: records below a span hold its ids, and nothing else changes`, async (t) => {
    if (!needsLibrary(t, folder)) return;
    const env = { LIBRARY: libraryFolder(folder)! };
    const app = fixture(`${name}.cjs`);
    const bare = await runApp(app, { env, preload: 'none' });
    assert.equal(bare.code, 0, bare.stderr);
    const off = await traceApp(app, { env });
    assert.equal(off.stdout, bare.stdout, 'changed without the setting');
    const on = await traceApp(app, { env: { ...env, ...ON } });
    assert.equal(on.code, 0, on.stderr);
    assert.equal(on.stderr, bare.stderr);
    compare(bare.stdout, on.stdout, on.spans);
  });
}

for (const { name, path } of [nodes[0]!, nodes.at(-1)!]) {
  for (const library of ['winston', 'bunyan']) {
    test(`Node ${name}, ${library}: an ES module's import is joined, too`, async (t) => {
      if (!needsLibrary(t, library)) return;
      const run = await traceApp(fixture(`${library}-import.mjs`), { node: path, env: ON });
      assert.equal(run.code, 0, run.stderr);
      checkOne(run.stdout, run.spans);
    });
  }

  test(`Node ${name}, pino: what goes through a worker's transport is joined, from an ES module`, async (t) => {
    if (!needsLibrary(t, 'pino')) return;
    const run = await traceApp(fixture('pino-transport.mjs'), { node: path, env: ON });
    assert.equal(run.code, 0, run.stderr);
    checkOne(run.stdout, run.spans);
  });

  test(`Node ${name}, winston: an error stays one, with its stack`, async (t) => {
    if (!needsLibrary(t, 'winston')) return;
    const run = await traceApp(fixture('winston.cjs'), { node: path, env: ON });
    const record = lines(run.stdout).find((each) => each.message === 'inside error')!;
    assert.equal(record.isError, true);
    assert.match(String(record.stack), /inside error\n.*winston\.cjs/);
    assert.equal(record.trace_id, run.spans[0]!.traceId);
  });
}

test('a span that is not kept gives its ids with the flag 00, and a disabled instrumentation none', async (t) => {
  if (!needsLibrary(t, 'pino', 'bunyan')) return;
  const dropped = await traceApp(fixture('bunyan-import.mjs'), {
    env: { ...ON, OTEL_TRACES_SAMPLER: 'always_off' },
  });
  assert.equal(lines(dropped.stdout)[0]!.trace_flags, '00');
  const disabled = await traceApp(fixture('bunyan-import.mjs'), {
    env: { ...ON, TRACING_AGENT_DISABLED_INSTRUMENTATIONS: 'bunyan' },
  });
  assert.equal('trace_id' in lines(disabled.stdout)[0]!, false);
});

function lines(stdout: string): Record_[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record_);
}

/** Two records: one below a span, one not. */
function checkOne(stdout: string, spans: SeenSpan[]): void {
  const [inside, outside] = lines(stdout);
  assert.deepEqual(idsOf(inside!), idsOfSpan(spans));
  assert.deepEqual(idsOf(outside!), {});
}

function compare(bare: string, joined: string, spans: SeenSpan[]): void {
  const before = bare.trim().split('\n');
  const after = joined.trim().split('\n');
  assert.equal(after.length, before.length);
  const half = before.length / 2;
  assert.deepEqual(after.slice(0, half), before.slice(0, half), 'no span was active');
  const ids = idsOfSpan(spans);
  for (let at = half; at < before.length; at++) {
    const line = after[at]!;
    const was = JSON.parse(before[at]!) as Record_;
    const is = JSON.parse(line) as Record_;
    const name = String(was.msg ?? was.message);
    for (const id of Object.keys(ids)) {
      assert.ok(line.split(`"${id}":`).length <= 2, `${name}: ${id} twice`);
    }
    // Until pino 8 a formatter gets a copy in any case.
    if (name.includes('class and formatter') && was.number !== undefined) assert.equal(line, before[at]);
    else if (name.includes('class and formatter')) assert.deepEqual(idsOf(is), ids, name);
    else if (name.includes('renamed')) assert.equal(is.renamed, ids.trace_id, name);
    else {
      assert.deepEqual(is, { ...ids, ...was }, name);
      assert.deepEqual(
        Object.keys(is).filter((key) => !(key in ids) || key in was),
        Object.keys(was),
        `${name}: the order of fields`,
      );
    }
  }
}

function idsOf(record: Record_): Record_ {
  const ids = ['trace_id', 'span_id', 'trace_flags'].filter((name) => name in record);
  return Object.fromEntries(ids.map((name) => [name, record[name]]));
}

function idsOfSpan(spans: SeenSpan[]): Record_ {
  assert.equal(spans.length, 1);
  return { trace_id: spans[0]!.traceId, span_id: spans[0]!.spanId, trace_flags: '01' };
}
