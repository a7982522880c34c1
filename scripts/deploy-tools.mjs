/**
 * Brings what the tests read deploy/ with, built from their Go modules into the cache folder, once for each version:
 * Kustomize, and the loader of the Compose specification. `npm run deploy-tools` prints the binaries' paths.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository, run } from './cache.mjs';

const module = join(repository, 'test/support/deploy-tools');
const goMod = readFileSync(join(module, 'go.mod'), 'utf8');
const TOOLS = [
  {
    name: 'kustomize',
    version: /kustomize\/v5 (v\S+)/.exec(goMod)[1],
    from: 'sigs.k8s.io/kustomize/kustomize/v5',
  },
  {
    name: 'compose-spec',
    version: /compose-go\/v2 (v\S+)/.exec(goMod)[1],
    from: 'github.com/compose-spec/compose-go/v2/cmd',
  },
];

for (const { name, version, from } of TOOLS) {
  const binary = join(cacheFolder, `${name}-${version}`);
  if (!existsSync(binary)) build(binary, from);
  console.log(binary);
}

/** From go.mod and go.sum as they are: offline where the module cache holds them. About a minute on 2 cores. */
function build(binary, from) {
  const { error, stdout } = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (error) {
    console.error(
      'Kustomize and the Compose loader are built with Go, which is not here: install Go 1.24 or newer, https://go.dev/dl/',
    );
    process.exit(1);
  }
  console.error(`building ${from} with ${stdout.trim()}`);
  mkdirSync(cacheFolder, { recursive: true });
  const partial = `${binary}.partial-${process.pid}`;
  run('go', ['build', '-mod=readonly', '-buildvcs=false', '-ldflags=-s -w', '-o', partial, from], {
    cwd: module,
  });
  renameSync(partial, binary);
}
