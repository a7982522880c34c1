/** Holds the table of the page's features and their tests together. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FEATURES } from './features';

test('every feature names tests that there are, and every test of the page belongs to a feature', () => {
  const files = readdirSync(__dirname).filter(
    (name) => name.endsWith('.test.ts') && name !== 'features.test.ts',
  );
  const titles = files.flatMap((name) =>
    [...readFileSync(join(__dirname, name), 'utf8').matchAll(/pageTest\(\s*(['`])(.*?)\1,/gs)].map((found) =>
      found[2]!.replace(/\$\{\w+\}/g, '…'),
    ),
  );
  assert.ok(titles.length > 40, `only ${titles.length} tests found`);
  assert.deepEqual([...new Set(Object.values(FEATURES).flat())].sort(), [...new Set(titles)].sort());
});
