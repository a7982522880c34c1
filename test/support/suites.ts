/**
 * Where the packages lie whose own test suites run under the agent, and whether a suite is there: `npm run suites`
 * brings them into the cache folder, keyed by the files of test/support/suites.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cacheFolder, repository, servicesRequired } from './cache';

const hash = createHash('sha256');
for (const file of ['package.json', 'package-lock.json', 'sources.json'])
  hash.update(readFileSync(join(repository, 'test/support/suites', file)));

/** The `node_modules` of all of them. */
export const suitesFolder = join(cacheFolder, `suites-${hash.digest('hex').slice(0, 12)}`, 'node_modules');

/** True where the package is there with its tests; else the test is skipped, or fails where CI asks for everything. */
export function needsSuite(t: Pick<TestContext, 'skip'>, name: string): boolean {
  if (existsSync(join(suitesFolder, name, 'test'))) return true;
  const reason = `the tests of ${name} are not in ${suitesFolder}: npm run suites`;
  if (servicesRequired) throw new Error(reason);
  t.skip(reason);
  return false;
}
