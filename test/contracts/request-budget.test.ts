/**
 * Holds what a request to the smallest server costs under the agent, in instructions: no clock is held still for that.
 * A file of its own, since it takes a minute or two.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/cache';

/**
 * Instructions outside of the kernel that a request to the smallest server takes above bare, `AsyncLocalStorage`'s own
 * 9,500 among them; measured: 29,000 and 21,500 (Node 20), and up to 8,000 more where V8 compiles meanwhile.
 */
const MOST = { 'all sampled': 40_000, 'nothing sampled': 32_000 };
// The figures are those of Node 20's V8.
const countable = spawnSync('valgrind', ['--version']).status === 0 && process.version.startsWith('v20.');

test('a request takes no more instructions than it did', {
  skip: !countable && 'needs Node 20 and valgrind',
}, () => {
  const counted = JSON.parse(
    execFileSync(
      process.execPath,
      [join(repository, 'bench/request-instructions.mjs'), '--json', '--subjects', Object.keys(MOST).join()],
      {
        encoding: 'utf8',
      },
    ),
  );
  for (const [name, most] of Object.entries(MOST)) {
    const over = counted[name] - counted.bare;
    assert.ok(over > 0 && over <= most, `${over} instructions, ${name}`);
  }
});
