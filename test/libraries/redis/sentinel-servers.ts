/**
 * Starts a Redis, a replica of it and a sentinel that watches both, on free ports, where `redis-server` is on the PATH.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ask, freePort, type Servers, startServer, startServers, until } from './redis-servers';

export interface SentinelServers extends Servers {
  /** What the sentinel calls the group. */
  readonly name: string;
  readonly sentinel: number;
  readonly master: number;
}

/** Undefined, and the test skipped, where there is no `redis-server`. */
export async function startSentinel(t: TestContext): Promise<SentinelServers | undefined> {
  return startServers(t, async (folder, add) => {
    const name = 'canary-group';
    const [master, replica, sentinel] = [await freePort(), await freePort(), await freePort()] as const;
    const plain = { bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
    await startServer(add, { ...plain, port: master, dbfilename: 'master.rdb' });
    await startServer(add, { ...plain, port: replica, replicaof: `127.0.0.1 ${master}` });
    // A sentinel writes what it learns into its file.
    const file = join(folder, 'sentinel.conf');
    writeFileSync(
      file,
      `port ${sentinel}\nbind 127.0.0.1\ndir ${folder}\nsentinel monitor ${name} 127.0.0.1 ${master} 1\n`,
    );
    await startServer(add, { port: sentinel }, [file, '--sentinel']);
    await until('the sentinel', () => ask(sentinel, 'sentinel', 'replicas', name).includes(String(replica)));
    return { name, sentinel, master };
  });
}
