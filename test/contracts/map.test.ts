/**
 * Holds the project's map to its tree: folders have their place in ARCHITECTURE.md, what is written of a path is true,
 * and each test says at its top what it guards.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { optionNames, options } from '../../src/config/options';
import { codes } from '../../src/diagnostics/codes';
import { pages, readPage } from '../docs/code-blocks';
import { repository } from '../support/cache';
import { openingComment, sourceFiles } from '../support/source-files';

/** Folders of the repository that prose and comments name paths in; what is built is not there before a build. */
const TOP = ['src', 'test', 'scripts', 'bench', 'docs', 'deploy', 'examples', '.ci'];
/** What a run of the bench writes there, published or not, and what is installed. */
const MADE = /^(bench\/results\b|docs\/(viewer-performance|benchmarks)\.md$)|\bnode_modules\b/;
const TOP_PATH = new RegExp(`(?<![\\w./@-])(?:${TOP.join('|').replace('.', '\\.')})/[\\w@./-]*[\\w/]`, 'g');

const architecture = readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8');
// What a release was is history.
const told = pages.filter((page) => page !== 'CHANGELOG.md');
const sources = TOP.filter((folder) => !['docs', '.ci'].includes(folder)).flatMap((folder) =>
  sourceFiles(folder, /\.(tsx?|[cm]?js)$/).map((file) => ({ ...file, path: `${folder}/${file.path}` })),
);

test('every folder has its place in ARCHITECTURE.md; those of src/ a section, or a line of their own', () => {
  const folders = readdirSync(join(repository, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const placed = /^(?:## |- ).*?`([\w-]+)\//gm;
  const named = [...architecture.matchAll(placed)].map(([, name]) => name!);
  assert.deepEqual(
    folders.filter((folder) => !named.includes(folder)),
    [],
  );
  const tests = readdirSync(join(repository, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(
    [...TOP, ...tests].filter((name) => !architecture.includes(`\`${name}/`)),
    [],
  );
  const below = [...new Set(sources.map(({ path }) => dirname(path)))].filter((path) =>
    /^src\/[^/]+\//.test(path),
  );
  assert.ok(below.length > 15, `only ${below.length} folders`);
  assert.deepEqual(
    below.filter((path) => !new RegExp(`[\`/]${path.split('/').pop()}/`).test(architecture)),
    [],
  );
});

test('every path that a page names is there', () => {
  const wrong: string[] = [];
  let paths = 0;
  for (const page of told) {
    const named = [...readPage(page).matchAll(/`([^`\n]+)`/g)].flatMap(([, code]) => pathsIn(code!));
    for (const path of named) {
      paths++;
      if (!exists(path) && !sources.some((file) => file.path.endsWith(`/${path}`)))
        wrong.push(`${page}: ${path}`);
    }
  }
  assert.ok(paths > 100, `only ${paths} paths found`);
  assert.deepEqual(wrong, []);
});

test('every path that a comment names is there', () => {
  const wrong: string[] = [];
  for (const { path, text } of sources) {
    const comments = [...text.matchAll(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm)].map(([comment]) => comment);
    for (const [named] of comments.join('\n').matchAll(TOP_PATH)) {
      if (!exists(named) && !exists(`${named}.ts`)) wrong.push(`${path}: ${named}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('every npm script that a page names is there', () => {
  const scripts = ['package.json', 'bench/package.json'].flatMap((file) =>
    Object.keys(JSON.parse(readFileSync(join(repository, file), 'utf8')).scripts ?? {}),
  );
  const wrong = told.flatMap((page) =>
    [...readPage(page).matchAll(/(?<!-- )\bnpm run ([\w-]+)/g)]
      .filter(([, name]) => !scripts.includes(name!))
      .map(([, name]) => `${page}: npm run ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test('every setting and every code that a page names is there', () => {
  const known = [...optionNames.flatMap((name) => options[name].env), ...Object.keys(codes())];
  const wrong = told.flatMap((page) =>
    [...readPage(page).matchAll(/\b(?:TRACING_AGENT|TA)_[A-Z0-9_]*[A-Z0-9]\b(?!_)/g)]
      .filter(([name]) => !known.includes(name))
      .map(([name]) => `${page}: ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test('every test, and what tests share, opens with a doc comment that says what it guards or gives', () => {
  const files = sources.filter(
    ({ path }) => path.endsWith('.test.ts') || /^test\/support\/[\w-]+\.ts$/.test(path),
  );
  assert.ok(files.length > 150, `only ${files.length} files found`);
  const silent = files.filter((file) => (openingComment(file).match(/\w+/g) ?? []).length < 5);
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});

/** Paths from the repository's top, and names of TypeScript files, which are ours wherever they stand. */
function pathsIn(code: string): string[] {
  const typeScript = code.match(/(?<![\w./-])[\w-]+(?:\/[\w-]+)*\.tsx?\b/g) ?? [];
  return [...(code.match(TOP_PATH) ?? []), ...typeScript];
}

function exists(path: string): boolean {
  return MADE.test(path) || existsSync(join(repository, path));
}
