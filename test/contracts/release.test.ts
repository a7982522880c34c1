/**
 * Guards the way to a release: what would make a wrong one is named beforehand, two builds of the same sources make the same
 * archive, and what is published has checksums and a list of what is in it.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import manifest from '../../package.json';
import { problems } from '../../scripts/release-checks';
import { repository } from '../support/cache';
import { plainEnv } from '../support/trace-app';

const CHANGELOG = '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-31\n\n### Added\n\n- A thing.\n';

/** A repository of which everything is committed, ready to be released as 1.2.3. */
function ready(t: TestContext, files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tracing-agent-release-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'src'));
  const all = {
    'package.json': '{"version":"1.2.3"}',
    'package-lock.json': '{"version":"1.2.3"}',
    'src/version.ts': "export const VERSION = '1.2.3';\n",
    'CHANGELOG.md': CHANGELOG,
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  git(folder, 'init', '--quiet');
  commit(folder);
  return folder;
}

function git(folder: string, ...args: string[]): void {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...author, ...args], { cwd: folder, stdio: 'ignore' });
}

function commit(folder: string): void {
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'as it is');
}

test('what would make a wrong release is named, with what to do', (t) => {
  const folder = ready(t);
  assert.deepEqual(problems(folder), []);
  git(folder, 'tag', 'v1.2.3');
  assert.deepEqual(problems(folder), [], 'the tag that started the workflow');
  commit(folder);
  assert.match(problems(folder).join('\n'), /^v1\.2\.3 is tagged on another commit/);
  writeFileSync(join(folder, 'note.txt'), 'not yet committed');
  assert.match(problems(folder).join('\n'), /^1 files are not committed, such as note\.txt/);

  for (const [files, problem] of [
    [{ 'package-lock.json': '{"version":"1.2.2"}' }, /^package-lock\.json has version 1\.2\.2: npm install/],
    [{ 'src/version.ts': "export const VERSION = '1.2.2';\n" }, /^src\/version\.ts has another version/],
    [
      { 'CHANGELOG.md': '## [Unreleased]\n\n- A thing.\n' },
      /^CHANGELOG\.md has no "## \[1\.2\.3\] - YYYY-MM-DD"/,
    ],
    [{ 'CHANGELOG.md': CHANGELOG.replace('2026-01-31', 'soon') }, /has no date as 2026-01-31$/],
    [{ 'CHANGELOG.md': CHANGELOG.replace('- A thing.', '') }, /^CHANGELOG\.md says nothing of 1\.2\.3$/],
    [{ 'package.json': '{"version":"1.2"}' }, /^package\.json: 1\.2 is no version\n/],
  ] as [Record<string, string>, RegExp][])
    assert.match(problems(ready(t, files)).join('\n'), problem);
});

test('a dry run makes what would be published, the same from two builds', { timeout: 600_000 }, (t) => {
  const out = mkdtempSync(join(tmpdir(), 'tracing-agent-release-'));
  t.after(() => rmSync(out, { recursive: true }));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/release.ts', '--dry-run', `--out=${out}`],
    { cwd: repository, encoding: 'utf8', env: plainEnv() },
  );
  assert.equal(status, 0, stdout + stderr);
  const name = `${manifest.name}-${manifest.version}`;
  assert.deepEqual(readdirSync(out).sort(), ['SHA256SUMS', `${name}.cdx.json`, `${name}.tgz`]);
  for (const line of readFileSync(join(out, 'SHA256SUMS'), 'utf8').trimEnd().split('\n')) {
    const [sum, file] = line.split('  ') as [string, string];
    assert.equal(
      createHash('sha256')
        .update(readFileSync(join(out, file)))
        .digest('hex'),
      sum,
      file,
    );
    assert.match(stdout, new RegExp(`^${sum}  ${file}$`, 'm'));
  }
  const packed = execFileSync('tar', ['-xzOf', join(out, `${name}.tgz`), 'package/dist/sbom.cdx.json']);
  assert.equal(readFileSync(join(out, `${name}.cdx.json`), 'utf8'), packed.toString());
  assert.match(stdout, new RegExp(`^npm publish --provenance --access public \\S*${name}\\.tgz$`, 'm'));
});
