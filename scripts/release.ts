/**
 * Makes a release up to the one command that publishes it: checks, tests, builds and packs twice, and lays the archive, its
 * SBOM and checksums into release/. `npm run release`; CONTRIBUTING.md has what comes before and after.
 * With `--dry-run` it goes on past what would stop it, and leaves the tests out; `--tested` leaves them out where they
 * have just passed; `--out=FOLDER` takes another folder.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { problems } from './release-checks';
import { packTwice, sha256 } from './reproduce';

const repository = join(__dirname, '..');
const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean' },
    tested: { type: 'boolean' },
    out: { type: 'string', default: join(repository, 'release') },
  },
});
const dry = values['dry-run'] === true;

const found = problems(repository);
for (const problem of found) console.log(`${dry ? 'would stop' : 'stopped'}: ${problem}`);
if (found.length > 0 && !dry) process.exit(1);

if (dry) console.log('left out of a dry run: REQUIRE_SERVICES=1 npm test');
else if (!values.tested) test();
pack(resolve(values.out));

function test(): void {
  const { status } = spawnSync('npm', ['test'], {
    cwd: repository,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, REQUIRE_SERVICES: '1' },
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.log('stopped: npm test fails');
  process.exit(1);
}

function pack(out: string): void {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { file, sbom } = packTwice(out);
  const sums = [file, sbom].map((each) => `${sha256(each)}  ${basename(each)}\n`).join('');
  writeFileSync(join(out, 'SHA256SUMS'), sums);
  process.stdout.write(`${sums}the same from two builds, in ${out}\n`);
  const archive = relative(repository, file);
  // npm writes where and from which commit it was built, and signs it, only in a workflow that it trusts.
  const name = archive.startsWith('..') ? file : `./${archive}`;
  console.log(
    `publish it from .github/workflows/release.yml, which runs:\nnpm publish --provenance --access public ${name}`,
  );
}
