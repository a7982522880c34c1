/**
 * Guards what is said of measurements: the README's table and docs/benchmarks.md are what the bench makes of the
 * published results, or say that there are none.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { repository } from '../support/cache';

const readme = readFileSync(join(repository, 'README.md'), 'utf8');
const bench = import(pathToFileURL(join(repository, 'bench/readme.mjs')).href);

test("the README's table is made from bench/results/published.json: run `node bench/readme.mjs`", async () => {
  const { fillReadme, readPublished } = await bench;
  assert.equal(readme, fillReadme(readme, readPublished()));
});

test('docs/benchmarks.md is made from the same results', async () => {
  const { readPublished } = await bench;
  const { page } = await import(pathToFileURL(join(repository, 'bench/document.mjs')).href);
  const file = join(repository, 'docs/benchmarks.md');
  const published = readPublished();
  assert.equal(existsSync(file), published !== undefined);
  if (published !== undefined) assert.equal(readFileSync(file, 'utf8'), page(published));
});

test('each subject is a column, each Node.js has its rows, and what was not measured is a dash', async () => {
  const { fillReadme } = await bench;
  const filled: string = fillReadme('a\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\nb\n', {
    nodes: [
      {
        node: 'v20.20.2',
        order: [
          { subject: 'bare', cpu: 104.2, over: 0, arrived: 0, expected: 0 },
          { subject: 'ours', cpu: 116, over: 11.84, arrived: 999_999, expected: 1_000_000 },
          { subject: 'stock', cpu: 349, over: 245, arrived: 28, expected: 100 },
        ],
        empty: [
          { subject: 'bare', ms: 46.3, over: 0 },
          { subject: 'ours', ms: 52, over: 5.5 },
        ],
      },
    ],
    packages: [
      { subject: 'ours', bytes: 1_540_000, files: 63 },
      { subject: 'stock', bytes: 122_000_000, files: 7_226 },
    ],
  });
  assert.equal(
    filled,
    `a
<!-- benchmarks -->
| over the application alone | tracing-agent | stock OpenTelemetry |
| --- | --: | --: |
| Node.js 20: CPU µs a request (alone: 104) | +11.8 | +245.0 |
| Node.js 20: spans that arrived | 99.9 % | 28.0 % |
| Node.js 20: start of an empty script, ms (alone: 46) | +5.5 | – |
| installed, MB (files) | 1.5 (63) | 122.0 (7226) |
<!-- /benchmarks -->
b
`,
  );
});
