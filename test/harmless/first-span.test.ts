/**
 * Guards the moment of the first span, when the agent reads what it hadn't yet: whatever an application, its tests or its
 * deployment has changed since the start, it goes on as without the agent, and its spans are right.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { repository } from '../support/cache';
import { nodes } from '../support/nodes';
import { traceApp } from '../support/trace-app';

const app = join(__dirname, 'first-span-app.cjs');
const folder = mkdtempSync(join(tmpdir(), 'first-span-'));
after(() => rmSync(folder, { recursive: true }));

for (const { name, path: node } of nodes) {
  test(`Node ${name}: a test's fake clock, set before it, neither counts our timers nor tells our time`, async () => {
    const begun = Date.now();
    const { spans, stdout, stderr } = await traceApp(app, { node, args: ['a fake clock'] });
    assert.equal(stderr, '');
    assert.equal(stdout, 'answered\n\n');
    assert.deepEqual(spans.map((span) => span.tags['span.kind']).sort(), ['client', 'server']);
    for (const { startTime, duration } of spans) {
      assert.ok(startTime / 1e3 > begun - 1_000 && startTime / 1e3 < Date.now() + 1_000, `${startTime} µs`);
      assert.ok(duration > 0 && duration < 20e6, `${duration} µs`);
    }
  });

  test(`Node ${name}: files that a deployment took away cost spans, said in a line, and nothing else`, async () => {
    const copy = join(folder, name);
    for (const part of ['dist', 'register.js', 'package.json'])
      cpSync(join(repository, part), join(copy, part), { recursive: true });
    const { spans, stdout, stderr, code } = await traceApp(app, {
      node,
      args: ['files that are gone', join(copy, 'dist')],
      preload: 'none',
      env: { NODE_OPTIONS: `--require ${JSON.stringify(join(copy, 'register.js'))}` },
    });
    assert.equal(code, 0);
    assert.equal(stdout, `answered\n2 1 undefined\ntrue true\nfalse ${'0'.repeat(32)}\nanswered\n`);
    const lines = stderr.trim().split('\n');
    assert.equal(lines.length, 1, stderr);
    assert.match(lines[0]!, /traced\.js.*TA_INTERNAL/);
    // Once the files are back, a tracer that was kept makes spans too.
    assert.deepEqual(spans.map((span) => span.tags['span.kind'] ?? span.name).sort(), [
      'client',
      'seen',
      'server',
    ]);
  });

  test(`Node ${name}: an fs that makes spans of its own, with the API, isn't asked in circles`, async () => {
    const { spans, stdout, stderr } = await traceApp(app, { node, args: ['an fs that traces itself'] });
    assert.equal(stderr, '');
    assert.equal(stdout, 'answered\n');
    const server = spans.find((span) => span.tags['span.kind'] === 'server')!;
    assert.equal(spans.filter((span) => span.parentSpanId === server.spanId).length >= 1, true);
    assert.ok(spans.some((span) => span.name === 'readFileSync'));
  });
}
