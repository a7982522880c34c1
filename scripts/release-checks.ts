/**
 * What must hold before a release is made, each with what to do where it doesn't. Used by release.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `1.2.3`, and `1.2.3-rc.1` for those who ask for it. */
const VERSION = /^\d+\.\d+\.\d+(-[0-9a-z.-]+)?$/;

/** @returns what stands in the way, in words; empty where nothing does */
export function problems(root: string): string[] {
  const read = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const found: string[] = [];
  if (!VERSION.test(version)) found.push(`package.json: ${version} is no version`);
  const locked = (JSON.parse(read('package-lock.json') || '{}') as { version?: string }).version;
  if (locked !== version)
    found.push(`package-lock.json has version ${locked}: npm install --package-lock-only --ignore-scripts`);
  if (!read('src/version.ts').includes(`'${version}'`))
    found.push(`src/version.ts has another version than package.json's ${version}`);
  found.push(...changelogProblems(read('CHANGELOG.md'), version), ...gitProblems(root, version));
  return found;
}

function changelogProblems(changelog: string, version: string): string[] {
  const heading = `## [${version}] - `;
  const at = changelog.indexOf(heading);
  if (at === -1)
    return [`CHANGELOG.md has no "${heading}YYYY-MM-DD": give what is under Unreleased that heading`];
  const [title = '', ...rest] = changelog.slice(at).split('\n');
  if (!/^\d{4}-\d\d-\d\d$/.test(title.slice(heading.length)))
    return [`CHANGELOG.md: "${title}" has no date as 2026-01-31`];
  const end = rest.findIndex((line) => line.startsWith('## '));
  const entries = rest.slice(0, end === -1 ? undefined : end).filter((line) => line.startsWith('- '));
  return entries.length === 0 ? [`CHANGELOG.md says nothing of ${version}`] : [];
}

function gitProblems(root: string, version: string): string[] {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  const { status, stdout } = git('status', '--porcelain');
  if (status !== 0) return ['this is no git repository: a release is made from a clone'];
  const found: string[] = [];
  const changed = stdout.split('\n').filter((line) => line !== '');
  if (changed.length > 0)
    found.push(
      `${changed.length} files are not committed, such as ${changed[0]!.slice(3)}: commit or stash them`,
    );
  const tagged = git('rev-parse', '--quiet', '--verify', `refs/tags/v${version}^{commit}`).stdout.trim();
  if (tagged !== '' && tagged !== git('rev-parse', 'HEAD').stdout.trim())
    found.push(`v${version} is tagged on another commit: a version is released once`);
  return found;
}
