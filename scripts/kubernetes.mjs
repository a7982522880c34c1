/**
 * Brings a real Kubernetes API server: built from its Go module into the cache folder, once for each version.
 * `npm run kubernetes` prints the binary's path. Debian's package etcd-server has the etcd that it needs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, repository, run } from './cache.mjs';

const module = join(repository, 'test/kubernetes/server');
const version = /k8s\.io\/kubernetes (v\S+)/.exec(readFileSync(join(module, 'go.mod'), 'utf8'))[1];
const binary = join(cacheFolder, `kube-apiserver-${version}`);

if (!existsSync(binary)) build();
console.log(binary);

/** From go.mod and go.sum as they are: offline where the module cache holds them. 5 to 15 minutes on 2 cores. */
function build() {
  const { error, stdout } = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (error) {
    console.error(
      'kube-apiserver is built with Go, which is not here: install Go 1.24 or newer, https://go.dev/dl/',
    );
    process.exit(1);
  }
  console.error(`building kube-apiserver ${version} with ${stdout.trim()} (minutes the first time)`);
  mkdirSync(cacheFolder, { recursive: true });
  const partial = `${binary}.partial-${process.pid}`;
  const from = 'k8s.io/kubernetes/cmd/kube-apiserver';
  run('go', ['build', '-mod=readonly', '-buildvcs=false', '-ldflags=-s -w', '-o', partial, from], {
    cwd: module,
  });
  renameSync(partial, binary);
}
