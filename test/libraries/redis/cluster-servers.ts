/**
 * Starts a Redis cluster of two empty nodes on free ports, where `redis-server` is on the PATH.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { servicesRequired } from '../../support/cache';

const LAST_SLOT = 16383;

export interface ClusterServers {
  /** The first node serves the lower half of the slots. */
  ports: number[];
  stop(): Promise<void>;
}

/** Undefined, and the test skipped, where there is no `redis-server`. */
export async function startCluster(t: TestContext): Promise<ClusterServers | undefined> {
  if (spawnSync('redis-server', ['--version']).error !== undefined) {
    const reason = 'no redis-server on the PATH to start a cluster with; install Redis';
    if (servicesRequired) throw new Error(`REQUIRE_SERVICES=1: ${reason}`);
    t.skip(reason);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'redis-cluster-'));
  const children: ChildProcess[] = [];
  const stop = async () => {
    for (const child of children) {
      if (child.exitCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = [await freePort(), await freePort()];
    const buses = [await freePort(), await freePort()];
    for (const [at, port] of ports.entries()) children.push(await startNode(folder, port, buses[at]!));
    const half = (LAST_SLOT + 1) / 2;
    ask(ports[0]!, 'cluster', 'addslotsrange', '0', String(half - 1));
    ask(ports[1]!, 'cluster', 'addslotsrange', String(half), String(LAST_SLOT));
    ask(ports[1]!, 'cluster', 'set-config-epoch', '2');
    ask(ports[0]!, 'cluster', 'meet', '127.0.0.1', String(ports[1]), String(buses[1]));
    for (const port of ports) {
      await until(() => ask(port, 'cluster', 'info').includes('cluster_state:ok'));
    }
    return { ports, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startNode(folder: string, port: number, bus: number): Promise<ChildProcess> {
  const settings = {
    port,
    bind: '127.0.0.1',
    'cluster-enabled': 'yes',
    'cluster-port': bus,
    'cluster-config-file': join(folder, `${port}.conf`),
    dir: folder,
    save: '',
    appendonly: 'no',
  };
  const child = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: 'ignore' },
  );
  await until(() => ask(port, 'ping').includes('PONG'));
  return child;
}

function ask(port: number, ...words: string[]): string {
  return spawnSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' }).stdout;
}

/** Redis tells nobody when its nodes have met: asked until it is so. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (holds()) return;
    await sleep(50);
  }
  throw new Error('the Redis cluster did not come up in 10 s');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
