/**
 * Brings the packages whose own test suites run under the agent (test/harmless/suites.test.ts), with what those suites
 * need: after test/support/suites/package-lock.json into the cache folder. Two of them publish no tests to npm; theirs
 * come from Debian's source packages, and are held to the hashes in test/support/suites/sources.json.
 * `npm run suites`; what is there already is left alone.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository, run } from './cache.mjs';
import { lockedPackages } from './locked-packages.mjs';

const source = join(repository, 'test/support/suites');
const files = ['package.json', 'package-lock.json', 'sources.json'];
const folder = lockedPackages({
  name: 'suites',
  what: 'the packages with test suites',
  source,
  files,
  key: files,
  flags: ['--legacy-peer-deps'],
});
addSources();
console.log(folder);

/** Lays the upstream archives of Debian's source packages over what npm brought: the same versions, with their tests. */
function addSources() {
  const sources = JSON.parse(readFileSync(join(source, 'sources.json'), 'utf8'));
  const placeOf = (name) => join(folder, 'node_modules', name);
  const missing = sources.filter((each) => !existsSync(join(placeOf(each.package), 'test')));
  if (missing.length === 0) return;
  const scratch = mkdtempSync(join(tmpdir(), 'tracing-agent-suites-'));
  try {
    const apt = aptWithSources(scratch);
    for (const { package: name, source: debian, version, archive, sha256 } of missing) {
      if (apt) {
        const command = ['source', '--download-only', '--only-source', `${debian}=${version}`];
        // It fails where one of the package's other archives isn't to be had; only this one is needed.
        spawnSync('apt-get', command, { cwd: scratch, env: apt, stdio: 'ignore' });
      }
      const file = join(scratch, archive);
      const got = existsSync(file) && createHash('sha256').update(readFileSync(file)).digest('hex');
      if (got === sha256) run('tar', ['-xzf', file, '--strip-components=1', '-C', placeOf(name)]);
      else
        console.error(
          `${archive} ${got ? 'is another file' : 'is not to be had here'}: the suite of ${name} is skipped`,
        );
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Asks the mirrors that this machine has for source packages as well, in a folder of its own: nothing of the machine's
 * settings is changed.
 * @returns the env of such an apt-get; undefined on other systems than Debian
 */
function aptWithSources(scratch) {
  const fields = '$(REPO_URI) $(CODENAME) $(COMPONENT)';
  const format = [
    'indextargets',
    '--format',
    fields,
    'Created-By: Packages',
    'Origin: Debian',
    'Label: Debian',
  ];
  const mirrors = () => spawnSync('apt-get', format, { encoding: 'utf8' }).stdout?.trim() ?? '';
  // A fresh image knows no package at all.
  if (mirrors() === '') spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 2, 2] });
  const lines = mirrors()
    .split('\n')
    .filter((line) => line !== '');
  if (lines.length === 0) return undefined;
  for (const name of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(scratch, name), { recursive: true });
  writeFileSync(join(scratch, 'sources.list'), lines.map((line) => `deb-src ${line}\n`).join(''));
  writeFileSync(
    join(scratch, 'apt.conf'),
    `Dir::State::lists "${scratch}/lists";
Dir::Cache "${scratch}/cache";
Dir::Etc::sourcelist "${scratch}/sources.list";
Dir::Etc::sourceparts "-";
APT::Sandbox::User "root";
`,
  );
  const env = { ...process.env, APT_CONFIG: join(scratch, 'apt.conf') };
  spawnSync('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 2, 2] });
  return env;
}
