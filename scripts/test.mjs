/**
 * The test runner behind `npm test`: every `*.test.ts` below test/ in node's own runner, through tsx, after a build
 * where dist/ is older than its sources. `npm test -- sql redis` runs the files whose path holds one of the words,
 * and options (`--test-name-pattern=…`) go to node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { repository } from './cache.mjs';

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
const child = spawn(
  process.execPath,
  [
    '--import',
    'tsx',
    '--test',
    // Test files start applications and servers of their own; more at a time would only wait for each other.
    '--test-concurrency=2',
    // A file that hangs ends the run instead of holding it.
    '--test-timeout=600000',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    ...options,
    ...files,
  ],
  { cwd: repository, stdio: ['ignore', 'inherit', 'inherit'] },
);
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});

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
