/**
 * Keeping traces in a file where Node has no SQLite of its own: better-sqlite3, as an application's folder has it.
 * Guards that a restart finds them again, also more than memory holds, and that a driver which can't run is explained.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { repository } from '../support/cache';
import { libraryFolder, needsLibrary } from '../support/libraries';
import { nodeNamed } from '../support/nodes';

/** Traces of one span, each of some 60 kB, more than 1 MB of them at the second start. */
const PROGRAM = `
  const { startViewer } = require(process.argv[1]);
  const none = { compactPort: false, binaryPort: false, httpPort: false, samplingPort: false };
  const text = 'x'.repeat(60_000);
  (async () => {
    const maxBytes = Number(process.argv[2]);
    const viewer = await startViewer({ ...none, queryPort: 0, otlpPort: 0, file: 'traces.db', maxBytes });
    const before = viewer.traces;
    for (let trace = 0; trace < Number(process.argv[3]); trace++) {
      const traceId = (Date.now() * 1000 + trace).toString(16).padStart(32, '0');
      const span = { traceId, spanId: '00000000000000aa', name: 'GET', attributes: [{ key: 't', value: { stringValue: text } }] };
      const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
      await fetch(viewer.addresses.otlp, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    }
    const after = viewer.traces;
    await viewer.close();
    console.log(JSON.stringify({ before, after, errors: viewer.counters.fileErrors }));
  })().catch((error) => console.log(JSON.stringify({ error: error.message })));`;

interface Said {
  before: number;
  after: number;
  errors: number;
  error?: string;
}

function runner(t: TestContext, node: string): (megabytes: number, traces: number) => Promise<Said> {
  const folder = mkdtempSync(join(tmpdir(), 'viewer-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(libraryFolder('better-sqlite3')!, join(folder, 'node_modules/better-sqlite3'));
  return async (megabytes, traces) => {
    const args = [join(repository, 'dist/viewer.js'), String(megabytes * 2 ** 20), String(traces)];
    const child = spawn(node, ['-e', PROGRAM, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    await once(child, 'close');
    return JSON.parse(out);
  };
}

test('traces outlive a restart by better-sqlite3, and those leave the file that memory has no room for', async (t) => {
  if (process.getBuiltinModule?.('node:sqlite') !== undefined)
    return t.skip('this Node needs no better-sqlite3');
  if (!needsLibrary(t, 'better-sqlite3')) return;
  const run = runner(t, process.execPath);
  const first = await run(64, 60);
  if (/another Node/.test(first.error ?? '')) return t.skip(first.error);
  assert.deepEqual(first, { before: 0, after: 60, errors: 0 });
  assert.deepEqual(await run(64, 1), { before: 60, after: 61, errors: 0 });
  // Four MB of packets into one: the oldest are evicted while the file is read.
  const small = await run(1, 0);
  assert.ok(small.before > 0 && small.before < 30, `${small.before} traces`);
  assert.equal(small.errors, 0);
  // What was evicted then isn't there any more for one with room.
  assert.deepEqual(await run(64, 0), { before: small.before, after: small.before, errors: 0 });
});

test('a better-sqlite3 that was built for another Node is named, with what to do', async (t) => {
  if (!needsLibrary(t, 'better-sqlite3')) return;
  const other = ['18', '18.19.0'].map(nodeNamed).find((each) => each !== undefined);
  if (other === undefined || process.version.startsWith('v18.'))
    return t.skip('no other Node: npm run nodes');
  const { error } = await runner(t, other.path)(64, 0);
  assert.match(error!, /built for another Node than this one \(v18\..*npm rebuild better-sqlite3/);
});
