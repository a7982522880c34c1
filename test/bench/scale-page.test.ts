/**
 * Guards docs/scale.md: its tables are what bench/scale-page.mjs computes today, and a span of the shop weighs what it says.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { repository } from '../support/cache';
import { needs } from '../support/services';
import { plainEnv } from '../support/trace-app';

const bench = (file: string) => import(pathToFileURL(join(repository, 'bench', file)).href);
const page = readFileSync(join(repository, 'docs/scale.md'), 'utf8');

test('the computed tables are those of the page', { timeout: 300_000 }, async () => {
  const { computedTables, tableOf, writtenBytes } = await bench('scale-page.mjs');
  for (const [name, text] of Object.entries(computedTables(writtenBytes(page))))
    assert.equal(tableOf(page, name), text, `${name}: run "node bench/scale-page.mjs --computed"`);
});

test('a span of the shop weighs what the page says', { timeout: 120_000 }, async (t) => {
  if (!(await needs(t, 'postgres', 'redis'))) return;
  // In a process of its own: what it starts has this process's environment, which is the test runner's.
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(repository, 'bench/span-bytes.mjs')], {
    encoding: 'utf8',
    env: plainEnv(),
  });
  assert.equal(status, 0, stderr);
  const { bytesPerSpan, spansPerRequest } = JSON.parse(stdout);
  const { writtenBytes } = await bench('scale-page.mjs');
  const written = writtenBytes(page);
  // Versions, host names and the length of paths on this machine are in it.
  assert.ok(Math.abs(bytesPerSpan / written - 1) < 0.25, `${bytesPerSpan} bytes; the page says ${written}`);
  assert.equal(Math.round(spansPerRequest), 6);
});

test('the arithmetic, by hand', async () => {
  const { size } = await bench('sizing.mjs');
  const result = size({
    spans: 20_000,
    average: 0.5,
    bytes: 500,
    'stored-factor': 2,
    'storage-copies': 2,
    'retention-days': 10,
    'kafka-copies': 3,
    'kafka-hours': 1,
    'partition-rate': 1_000_000,
    'ingester-rate': 5_000,
    'collector-rate': 10_000,
    headroom: 0.5,
    'price-core-hour': 0.05,
    'price-gigabyte-month': 0.1,
  });
  assert.deepEqual(
    { ...result, costPerMillionSpans: undefined },
    {
      bytesPerSecond: 10_000_000,
      collectors: 4,
      partitions: 20,
      ingesters: 8,
      kafkaBytes: 54e9,
      storedBytesPerDay: 1_728e9,
      storedBytes: 17_280e9,
      costPerMillionSpans: undefined,
    },
  );
  // 12 cores for 438 and 17,334 GB for 1,733.40 a month, over 26,280 million spans.
  assert.ok(Math.abs(result.costPerMillionSpans - 2_171.4 / 26_280) < 1e-9);
});
