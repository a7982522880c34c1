/**
 * The server that a connection or pool of mariadb talks to, read from what the application gave for it.
 * Second station of a span's way, beside mariadb.ts; the client keeps its settings where nobody can read them.
 */
import { type Peer, Peers } from './peer';

export interface MariadbServer {
  readonly address: unknown;
  readonly port: unknown;
  readonly database: unknown;
}

const DEFAULT: MariadbServer = { address: 'localhost', port: undefined, database: undefined };
const peers = new Peers(3306);

/** @param options what `createConnection` or `createPool` takes: an object, or a URL; or the client's own pool options */
export function serverOf(options: any): MariadbServer {
  try {
    if (typeof options === 'string') {
      const { hostname, port, pathname } = new URL(options);
      return { address: hostname || 'localhost', port, database: decodeURIComponent(pathname.slice(1)) };
    }
    const { socketPath, host, port, database } = options?.connOptions ?? options ?? {};
    return { address: socketPath || host || 'localhost', port: socketPath ? undefined : port, database };
  } catch {
    return DEFAULT;
  }
}

/** @param target a connection, which knows the server's make and the database in use once connected, or a pool */
export function connectionServer(target: any, server: MariadbServer | undefined): Peer {
  const { address, port, database } = server ?? DEFAULT;
  const info = target?.info;
  const system = info?.serverVersion?.mariaDb === false ? 'mysql' : 'mariadb';
  return peers.get(system, address, port, info?.database ?? database);
}
