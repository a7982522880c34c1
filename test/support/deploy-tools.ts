/**
 * Reads deploy/ as its users' tools do: a kustomization as `kubectl apply -k` would, a Compose file as `docker compose` would.
 * The binaries lie in the cache folder, keyed by the versions that test/support/deploy-tools/go.mod names.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { cacheFolder, repository, servicesRequired } from './cache';

const goMod = readFileSync(join(repository, 'test/support/deploy-tools/go.mod'), 'utf8');
const binaryOf = (name: string, version: RegExp) =>
  join(cacheFolder, `${name}-${version.exec(goMod)?.[1] ?? 'unknown'}`);
const kustomizeBinary = binaryOf('kustomize', /kustomize\/v5 (v\S+)/);
const composeBinary = binaryOf('compose-spec', /compose-go\/v2 (v\S+)/);

/** True where they are there; else the test is skipped with how to get them, or fails where CI asks for everything. */
export function needsDeployTools(t: Pick<TestContext, 'skip'>): boolean {
  const missing = [kustomizeBinary, composeBinary].filter((binary) => !existsSync(binary));
  if (missing.length === 0) return true;
  const text = `no ${missing.join(', no ')}: build with "npm run deploy-tools" (a minute, needs Go)`;
  if (servicesRequired) throw new Error(`REQUIRE_SERVICES=1: ${text}`);
  t.skip(text);
  return false;
}

/** The objects of a folder with a kustomization.yaml, absolute or from the repository's top. */
export function kustomize(folder: string): KubernetesObject[] {
  const text = execFileSync(kustomizeBinary, ['build', folder], { cwd: repository, encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

export interface ComposeService {
  image?: string;
  command?: string[] | null;
  environment?: Record<string, string>;
  ports?: { target: number; published: string; protocol: string; host_ip?: string }[];
  depends_on?: Record<string, { condition: string }>;
  volumes?: { type: string; source: string; target: string }[];
}

/** What a Compose file, named from the repository's top, says: checked against the specification's schema and with its paths absolute. */
export function compose(file: string): { services: Record<string, ComposeService> } {
  // Paths in it are relative to its own folder.
  const cwd = join(repository, dirname(file));
  return JSON.parse(
    execFileSync(composeBinary, ['-format', 'json', basename(file)], { cwd, encoding: 'utf8' }),
  );
}
