/**
 * Brings the servers that tests use in the place of Kafka and MongoDB: small Go programs around public modules, which
 * speak the real protocols. Built into the cache folder, once for each version; `npm run stand-ins` prints where.
 * test/support/stand-ins.ts holds the same path.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository, run } from './cache.mjs';

const module = join(repository, 'test/support/stand-ins');
const sources = ['go.mod', 'go.sum', 'kafka/main.go', 'mongodb/main.go'];
const hash = createHash('sha256');
for (const file of sources) hash.update(readFileSync(join(module, file)));
const folder = join(cacheFolder, `stand-ins-${hash.digest('hex').slice(0, 12)}`);

if (!existsSync(folder)) build();
console.log(folder);

/** From go.mod and go.sum as they are: offline where the module cache holds them. About a minute on 2 cores. */
function build() {
  const { error, stdout } = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (error) {
    console.error(
      'The stand-ins are built with Go, which is not here: install Go 1.25 or newer, https://go.dev/dl/',
    );
    process.exit(1);
  }
  console.error(`building stand-ins for Kafka and MongoDB with ${stdout.trim()} (a minute the first time)`);
  const partial = `${folder}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const flags = ['-mod=readonly', '-buildvcs=false', '-ldflags=-s -w'];
  run('go', ['build', ...flags, '-o', partial, './kafka', './mongodb'], { cwd: module });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}
