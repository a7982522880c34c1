/**
 * Whether a library is there that tests run under the agent: a development dependency, or one of those that
 * `npm run libraries` brings to test/libraries/node_modules.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { repository, servicesRequired } from './cache';

const folders = ['test/libraries/node_modules', 'node_modules'].map((each) => join(repository, each));

/** The library's folder, absolute, links not followed. */
export function libraryFolder(name: string): string | undefined {
  return folders.map((each) => join(each, name)).find((each) => existsSync(join(each, 'package.json')));
}

/** True where all of them are installed; else the test is skipped, or fails where CI asks for everything. */
export function needsLibrary(t: TestContext, ...names: string[]): boolean {
  const missing = names.filter((name) => libraryFolder(name) === undefined);
  if (missing.length === 0) return true;
  const reason = `${missing.join(', ')} not installed: npm run libraries`;
  if (servicesRequired) throw new Error(reason);
  t.skip(reason);
  return false;
}
