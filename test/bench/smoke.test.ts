/**
 * Guards `npm run bench`: it runs for bare and ours, its answers and spans are checked, and its table is well-formed.
 * No figure is judged: that needs a quiet machine.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { repository } from '../support/cache';
import { needs, serviceEnv } from '../support/services';
import { plainEnv } from '../support/trace-app';

test('the bench runs and prints a table of bare and ours', async (t) => {
  if (!(await needs(t, 'postgres', 'redis'))) return;
  const out = mkdtempSync(join(tmpdir(), 'bench-smoke-'));
  try {
    const { status, stdout, stderr } = bench('--only', 'order,empty,size', '--out', out);
    assert.equal(status, 0, stderr);

    const rows = stdout.split('\n').filter((line) => line.startsWith('|'));
    assert.deepEqual(cells(rows[0]!), ['over bare', 'bare', 'ours']);
    for (const row of rows) assert.equal(cells(row).length, 3, row);
    assert.equal(stdout.includes('NaN'), false, stdout);
    for (const title of ['`order`, all sampled', 'start of an empty script', 'installed'])
      assert.ok(
        rows.some((row) => cells(row)[0]!.startsWith(title)),
        `${title} is missing\n${stdout}`,
      );

    const [file] = readdirSync(out);
    const { nodes } = JSON.parse(readFileSync(join(out, file!), 'utf8'));
    const ours = nodes[0].order.find((row: { subject: string }) => row.subject === 'ours');
    assert.equal(ours.spansARequest, 3);
    assert.equal(
      ours.arrived + ours.dropped >= ours.expected && ours.arrived > 0,
      true,
      JSON.stringify(ours),
    );
  } finally {
    rmSync(out, { recursive: true });
  }
});

test('an agent that stands aside makes no row', async () => {
  const { measureEmpty } = await import(pathToFileURL(join(repository, 'bench/rows/start.mjs')).href);
  const idle = { name: 'ours', versions: {}, preload: [], env: () => ({}), proof: 'false' };
  const sinks = { open: async () => ({ jaeger: 1, http: 1 }) };
  await assert.rejects(
    measureEmpty({ node: process.execPath, subjects: [idle], runs: 1, sinks }),
    /ours does not start/,
  );
});

test('a wrong answer ends the run', async () => {
  const { closedLoop, connections, exchange } = await import(
    pathToFileURL(join(repository, 'bench/load.mjs')).href
  );
  const server = createServer((_, response) => response.end('hallo')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const open = await connections((server.address() as AddressInfo).port, 1);
  try {
    await assert.rejects(closedLoop(open, [exchange('/', 'hello')], 1), /a wrong answer: HTTP\/1.1 200 OK/);
    const all = await connections((server.address() as AddressInfo).port, 1);
    open.push(...all);
    assert.ok((await closedLoop(all, [exchange('/', 'hallo')], 3)) > 0);
  } finally {
    for (const each of open) each.close();
    server.close();
  }
});

function bench(...args: string[]) {
  return spawnSync(process.execPath, ['bench/run.mjs', '--smoke', ...args], {
    cwd: repository,
    env: { ...plainEnv(), ...serviceEnv },
    encoding: 'utf8',
    timeout: 60_000,
  });
}

function cells(row: string): string[] {
  return row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}
