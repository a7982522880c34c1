/**
 * Starts a Redis cluster of two empty nodes on free ports, where `redis-server` is on the PATH.
 */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ask, freePort, type Servers, startServer, startServers, until } from './redis-servers';

const LAST_SLOT = 16383;

export interface ClusterServers extends Servers {
  /** The first node serves the lower half of the slots. */
  ports: number[];
}

/** Undefined, and the test skipped, where there is no `redis-server`. */
export async function startCluster(t: TestContext): Promise<ClusterServers | undefined> {
  return startServers(t, async (folder, add) => {
    const ports = [await freePort(), await freePort()];
    const buses = [await freePort(), await freePort()];
    for (const [at, port] of ports.entries()) {
      await startServer(add, {
        port,
        bind: '127.0.0.1',
        'cluster-enabled': 'yes',
        'cluster-port': buses[at]!,
        'cluster-config-file': join(folder, `${port}.conf`),
        dir: folder,
        save: '',
        appendonly: 'no',
      });
    }
    const half = (LAST_SLOT + 1) / 2;
    ask(ports[0]!, 'cluster', 'addslotsrange', '0', String(half - 1));
    ask(ports[1]!, 'cluster', 'addslotsrange', String(half), String(LAST_SLOT));
    ask(ports[1]!, 'cluster', 'set-config-epoch', '2');
    ask(ports[0]!, 'cluster', 'meet', '127.0.0.1', String(ports[1]), String(buses[1]));
    for (const port of ports) {
      await until('the Redis cluster', () => ask(port, 'cluster', 'info').includes('cluster_state:ok'));
    }
    return { ports };
  });
}
