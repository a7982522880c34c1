/**
 * A real Kubernetes API server in front of a real etcd, of one test file, on free ports and in a temporary folder.
 * Objects, watches, rules and validation are real; no kubelet runs a pod.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { apiServerBinary, etcdBinary } from './kubernetes-binaries';

const TOKEN = 'admin-token';

export interface Kubernetes {
  /** `https://127.0.0.1:…` */
  url: string;
  etcdUrl: string;
  /** A kubeconfig file, for processes. */
  configFile: string;
  /** Another cluster address, such as that of a proxy in front of it, with the same credentials. */
  kubeConfig(url?: string): Promise<KubeConfig>;
  /** Server-side apply; `path` with its query. */
  patch(path: string, body: string): Promise<{ status: number; text: string }>;
  /** Forgets all versions but the present: what asks for an older one is answered 410 Gone. */
  compact(): Promise<void>;
  /** Ends the API server at once; etcd and the objects stay. */
  stopServer(): Promise<void>;
  /** Starts it again on the same port, and waits until it is ready. */
  startServer(): Promise<void>;
  stop(): Promise<void>;
}

/** The caller stops it (`after(() => kubernetes?.stop())`). */
export async function startKubernetes(): Promise<Kubernetes> {
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  const [clientPort, peerPort, securePort] = (await freePorts(3)) as [number, number, number];
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const etcd = start(etcdBinary!, [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    // Nothing here outlives the test.
    '--unsafe-no-fsync',
  ]);
  const key = join(folder, 'account.key');
  execFileSync('openssl', ['genrsa', '-out', key, '2048'], { stdio: 'ignore' });
  const tokens = join(folder, 'tokens.csv');
  writeFileSync(tokens, `${TOKEN},admin,admin,system:masters\n`);
  const certificates = join(folder, 'certificates');
  const url = `https://127.0.0.1:${securePort}`;
  const configFile = join(folder, 'kubeconfig');
  let server: Started | undefined;

  const startServer = async () => {
    server = start(apiServerBinary, [
      `--etcd-servers=${etcdUrl}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      `--token-auth-file=${tokens}`,
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
      `--cert-dir=${certificates}`,
      `--secure-port=${securePort}`,
      '--bind-address=127.0.0.1',
      '--service-cluster-ip-range=10.96.0.0/16',
      // Without the cache a compaction of etcd is seen at once.
      '--watch-cache=false',
    ]);
    await ready(server, url);
  };
  const kubeConfig = async (to = url) => {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromString(configText(to));
    return config;
  };
  await startServer();
  writeFileSync(configFile, configText(url));
  return {
    url,
    etcdUrl,
    configFile,
    kubeConfig,
    patch: async (path, body) => {
      const answer = await ask(url + path, 'PATCH', body);
      if (answer === undefined) throw new Error(`no answer from ${url + path}`);
      return answer;
    },
    compact: () => compact(etcdUrl),
    stopServer: () => end(server!.child),
    startServer,
    async stop() {
      await end(server!.child);
      await end(etcd.child);
      rmSync(folder, { recursive: true });
    },
  };
}

function configText(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token: TOKEN } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  });
}

interface Started {
  child: ChildProcess;
  log(): string;
}

function start(binary: string, args: string[]): Started {
  const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let log = '';
  child.on('error', (error) => {
    log += error.message;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-8000);
  });
  return { child, log: () => log };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Until the API server says it is ready and has made the namespace `default`. */
async function ready({ child, log }: Started, url: string): Promise<void> {
  for (const deadline = Date.now() + 90_000; ; await delay(100)) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`the API server did not start: ${log()}`);
    const answers = [await ask(`${url}/readyz`), await ask(`${url}/api/v1/namespaces/default`)];
    if (answers.every((answer) => answer?.status === 200)) return;
  }
}

/** Undefined where nobody answers. The server's certificate is its own. */
function ask(
  url: string,
  method = 'GET',
  body?: string,
): Promise<{ status: number; text: string } | undefined> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/apply-patch+yaml' };
  return new Promise((resolve) => {
    const call = request(url, { method, rejectUnauthorized: false, headers, timeout: 30_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.end(body);
  });
}

/** https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/ */
async function compact(etcdUrl: string): Promise<void> {
  const post = async (path: string, body: object) => {
    const response = await fetch(etcdUrl + path, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { header: { revision: string } };
  };
  const { header } = await post('/v3/kv/range', { key: 'AA==' });
  await post('/v3/kv/compaction', { revision: header.revision, physical: true });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** The parts of a YAML file, as the API server takes them. */
export async function readManifests(file: string): Promise<{ apiVersion: string; kind: string }[]> {
  const { loadAllYaml } = await import('@kubernetes/client-node');
  return loadAllYaml(readFileSync(file, 'utf8')) as { apiVersion: string; kind: string }[];
}
