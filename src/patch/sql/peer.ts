/**
 * The server and database that a connection talks to, as the attributes that all of its spans share.
 * Second station of a span's way; one object for all connections to one place, so that it can be compared.
 */
import type { Attributes } from '@opentelemetry/api';

/** Places that are remembered; the connections to further ones get a peer each. */
const MOST_PEERS = 200;

export interface Peer {
  readonly system: string;
  /** `db.system.name`, `db.namespace`, `server.address`, `server.port` where it isn't the usual one. */
  readonly attributes: Attributes;
}

export class Peers {
  readonly #usualPort: number;
  readonly #known = new Map<string, Peer>();

  constructor(usualPort: number) {
    this.#usualPort = usualPort;
  }

  /**
   * @param address a host, an IP address or the path of a Unix socket, which has no port
   * @param port a number, or digits as some drivers keep them
   */
  get(system: string, address: unknown, port: unknown, database: unknown): Peer {
    const key = `${system}\n${address}\n${port}\n${database}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const attributes: Attributes = { 'db.system.name': system };
    if (typeof database === 'string' && database !== '') attributes['db.namespace'] = database;
    if (typeof address === 'string' && address !== '') {
      attributes['server.address'] = address;
      const number = Number(port);
      const given = Number.isInteger(number) && number > 0 && number !== this.#usualPort;
      if (given && !address.startsWith('/')) attributes['server.port'] = number;
    }
    const peer: Peer = { system, attributes };
    if (this.#known.size < MOST_PEERS) this.#known.set(key, peer);
    return peer;
  }
}
