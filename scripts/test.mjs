/**
 * The test runner behind `npm test`: every `*.test.ts` below test/ in node's own runner, through tsx, after a build
 * where dist/ is older than its sources. `npm test -- sql redis` runs the files whose path holds one of the words,
 * and options (`--test-name-pattern=…`) go to node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { repository } from './cache.mjs';

/** Files whose tests take longer are named at the end. */
const SLOW_MILLISECONDS = 60_000;

const options = process.argv.slice(2).filter((each) => each.startsWith('-'));
const words = process.argv.slice(2).filter((each) => !each.startsWith('-'));

const files = filesBelow('test')
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word.replace(/^\.\//, ''))))
  .sort();
if (files.length === 0) {
  console.error(`no test file's path holds ${words.join(' or ')}`);
  process.exit(1);
}

buildIfStale();
// Test files start applications and servers of their own; more at a time would only wait for each other.
const failed = await run(files, 2);
if (failed.length > 0) {
  // Sockets, processes and a receiver's buffer share two cores with whatever else runs: in CI, what fails among others
  // must fail alone as well. It is named either way, so that it gets mended.
  const still = process.env.CI ? await run(failed, 1) : failed;
  for (const file of failed)
    console.log(`${still.includes(file) ? 'FAILED' : 'FAILED, then passed alone'}: ${file}`);
  if (still.length > 0) process.exitCode = 1;
}

/** Runs test files and resolves to those of them that failed. */
async function run(selected, concurrency) {
  const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-tests-'));
  const file = join(folder, 'results.json');
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--test',
      `--test-concurrency=${concurrency}`,
      // A file that hangs ends the run instead of holding it.
      '--test-timeout=600000',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=./scripts/file-results.mjs',
      `--test-reporter-destination=${file}`,
      ...options,
      ...selected,
    ],
    { cwd: repository, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const code = await new Promise((resolve) => child.on('close', resolve));
  // Empty where the runner was ended.
  const results = JSON.parse(readFileSync(file, 'utf8') || '{}');
  rmSync(folder, { recursive: true });
  nameSlow(results);
  nameSkipped(results);
  if (code === 0) return [];
  const some = selected.filter((each) => results[join(repository, each)]?.failed);
  // A runner that fails without naming a file has failed as a whole.
  return some.length > 0 ? some : selected;
}

/** Who wants the tests to take less time begins with these. */
function nameSlow(results) {
  const slow = Object.entries(results)
    .filter(([, { milliseconds }]) => milliseconds > SLOW_MILLISECONDS)
    .sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
  for (const [file, { milliseconds }] of slow)
    console.log(`${String(Math.round(milliseconds / 1000)).padStart(5)} s  ${relative(repository, file)}`);
}

/** What was left out, by what would bring it: the end of the reason, behind the last colon or semicolon. */
function nameSkipped(results) {
  const reasons = Object.values(results).flatMap(({ skipped }) => skipped);
  const byRemedy = new Map();
  for (const reason of reasons) {
    const [, cause, remedy] = /^(.*)[:;] (.+)$/s.exec(reason) ?? [undefined, undefined, reason];
    const group = byRemedy.get(remedy) ?? { causes: new Set(), tests: 0 };
    group.tests++;
    if (cause !== undefined) group.causes.add(cause);
    byRemedy.set(remedy, group);
  }
  if (reasons.length > 0) console.log(`left out: ${reasons.length} tests`);
  for (const [remedy, { causes, tests }] of [...byRemedy].sort(([, a], [, b]) => b.tests - a.tests)) {
    const [first, ...more] = causes;
    const like = more.length === 0 ? '' : `, and ${more.length} more like it`;
    console.log(`${String(tests).padStart(5)}    ${first === undefined ? '' : `${first}${like}: `}${remedy}`);
  }
}

/** Tests start applications under the built agent, so dist/ must be what src/ says. */
function buildIfStale() {
  const sources = [...filesBelow('src'), ...filesBelow('scripts'), 'package.json', 'tsconfig.json'];
  const built = filesBelow('dist');
  if (built.length > 0 && Math.max(...sources.map(changed)) <= Math.max(...built.map(changed))) return;
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function changed(file) {
  return statSync(join(repository, file)).mtimeMs;
}

/** Paths from the repository's top with forward slashes, without what is installed; empty where there is no folder. */
function filesBelow(folder) {
  try {
    return readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        relative(repository, join(entry.parentPath ?? entry.path, entry.name)).replaceAll(sep, '/'),
      )
      .filter((file) => !file.includes('node_modules/'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
