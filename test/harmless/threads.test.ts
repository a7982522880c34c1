/**
 * Guards workers and children: each is traced once and told apart, none opens a socket before it has ended a span, and
 * what they send holds nobody.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodes } from '../support/nodes';
import { type SeenSpan, traceApp } from '../support/trace-app';

const fixture = (name: string) => join(__dirname, name);
const instances = (spans: SeenSpan[]) =>
  new Set(spans.map((span) => span.processTags['service.instance.id']));

test('of 64 workers only those that end spans open a socket', async () => {
  const run = await traceApp(fixture('threads-app.cjs'), { args: ['64', '2'], timeout: 120_000 });
  assert.deepEqual([run.stderr, run.code], ['', 0]);
  if (process.platform === 'linux') assert.equal(run.stdout, 'more sockets: 2\n');
  assert.equal(run.spans.length, 3);
});

for (const { name, path: node } of nodes) {
  test(`Node ${name}: each worker is traced once, as a thread of its process`, async () => {
    const run = await traceApp(fixture('threads-app.cjs'), { node, args: ['3', '3'] });
    assert.deepEqual([run.stderr, run.code], ['', 0]);
    const ids = run.spans.map((span) => `${span.name}: ${span.processTags['thread.id'] ?? 'none'}`).sort();
    assert.deepEqual(ids, ['in 1: 1', 'in 2: 2', 'in 3: 3', 'in main: none']);
    assert.equal(new Set(run.spans.map((span) => span.processTags['process.pid'])).size, 1);
    assert.equal(instances(run.spans).size, 4);
  });

  test(`Node ${name}: each child of a cluster is traced once, as a process of its own`, async () => {
    const run = await traceApp(fixture('endings.cjs'), { node, args: ['cluster is disconnected'] });
    assert.deepEqual(run.spans.map((span) => span.name).sort(), ['cluster is disconnected', 'first']);
    assert.equal(new Set(run.spans.map((span) => span.processTags['process.pid'])).size, 2);
    assert.equal(instances(run.spans).size, 2);
  });
}
