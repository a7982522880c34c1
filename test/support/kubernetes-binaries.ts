/**
 * Where the API server's binary lies (in the cache folder, keyed by the version that test/kubernetes/server/go.mod
 * names) and where etcd is, and whether both are there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { cacheFolder, repository, servicesRequired } from './cache';

const goMod = readFileSync(join(repository, 'test/kubernetes/server/go.mod'), 'utf8');
const clientManifest = join(repository, 'node_modules/@kubernetes/client-node/package.json');
const version = /k8s\.io\/kubernetes (v\S+)/.exec(goMod)?.[1] ?? 'unknown';

export const apiServerBinary: string = join(cacheFolder, `kube-apiserver-${version}`);

/** ETCD names it where it isn't on the path. */
export const etcdBinary: string | undefined =
  process.env.ETCD ||
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'etcd'))
    .find((file) => existsSync(file));

/**
 * True where both are there, and the client runs on this Node (its 2.x needs Node 22); else the test is skipped with how
 * to get them, or fails where CI asks for everything.
 */
export function needsKubernetes(t: Pick<TestContext, 'skip'>): boolean {
  const missing: string[] = [];
  if (!existsSync(apiServerBinary))
    missing.push(
      `no API server at ${apiServerBinary}: build it with "npm run kubernetes" (5 to 20 minutes, needs Go)`,
    );
  if (etcdBinary === undefined)
    missing.push('no etcd: "apt-get install etcd-server", or set ETCD to its path');
  // Asked by version: an import that fails leaves a rejection behind that nobody can catch.
  const client = (JSON.parse(readFileSync(clientManifest, 'utf8')) as { version: string }).version;
  if (Number.parseInt(client, 10) >= 2 && Number.parseInt(process.versions.node, 10) < 22)
    missing.push(
      `@kubernetes/client-node ${client} needs Node 22: install its 1.x for Node ${process.version}`,
    );
  if (missing.length === 0) return true;
  if (servicesRequired) throw new Error(`REQUIRE_SERVICES=1: ${missing.join('; ')}`);
  t.skip(missing.join('; '));
  return false;
}
