/**
 * Holds the table of codes, docs/errors.md and the source together: each code is listed, and each is said somewhere.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderErrors } from '../../scripts/errors-page';
import { codes } from '../../src/diagnostics/codes';
import { repository } from '../support/cache';

const CODE = /\bTA_[A-Z][A-Z_]*[A-Z]\b/g;
const page = readFileSync(join(repository, 'docs/errors.md'), 'utf8');
const table = Object.keys(codes()).sort();

test('docs/errors.md is what the table makes: run `npm run docs`', () => {
  assert.equal(page, renderErrors());
});

test('docs/errors.md has each code of the table as a heading, and no other', () => {
  const headings = [...page.matchAll(/^### (\w+)$/gm)].map((match) => match[1]!);
  assert.deepEqual(headings.sort(), table);
});

test('each code of the table is used by the source, and the source uses no other', () => {
  const used = new Set<string>();
  for (const file of ['register.js', 'register.mjs', ...sources()])
    for (const name of readFileSync(join(repository, file), 'utf8').match(CODE) ?? []) used.add(name);
  assert.deepEqual([...used].sort(), table);
});

test('other pages name only codes of the table', () => {
  for (const file of [
    'README.md',
    'ARCHITECTURE.md',
    ...below('docs').filter((each) => each.endsWith('.md')),
  ]) {
    const named = readFileSync(join(repository, file), 'utf8').match(CODE) ?? [];
    assert.deepEqual(
      named.filter((name) => !table.includes(name)),
      [],
      file,
    );
  }
});

function sources(): string[] {
  return below('src').filter((file) => file.endsWith('.ts') && !file.endsWith('diagnostics/codes.ts'));
}

function below(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
    join(folder, file),
  );
}
