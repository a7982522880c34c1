/**
 * Guards the documentation's links: each file exists, each place in a page is one of its headings, and the README leads
 * to every page.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/cache';
import { pages, readPage } from './code-blocks';

for (const page of pages)
  test(`links of ${page}`, () => {
    const text = readPage(page).replace(/^```[\s\S]*?^```/gm, '');
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [path, place] = target!.split('#');
      // Made by `npm run bench` together with its results.
      if (path!.endsWith('benchmarks.md') && !existsSync(join(repository, 'bench/results/published.json')))
        continue;
      const file = path === '' ? page : relative(repository, join(repository, dirname(page), path!));
      assert.ok(existsSync(join(repository, file)), `${target} leads to no file`);
      if (place !== undefined) assert.ok(places(file).includes(place), `${target} leads to no heading`);
    }
  });

test('the README leads to every page of docs/, but for the decisions one by one', () => {
  const readme = readPage('README.md');
  assert.deepEqual(
    pages.filter((page) => /^docs\/(?!decisions\/)/.test(page) && !readme.includes(`](${page})`)),
    [],
  );
});

/** As GitHub makes them of headings. */
function places(page: string): string[] {
  const text = readPage(page).replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
