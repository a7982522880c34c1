/**
 * Remembers for each ioredis client where its commands go, without adding anything that the application could see.
 * Second station of a span's way: read for every command, renewed when the client connects or selects a database.
 */
import { DEFAULT_PORT, type Endpoint, endpointAt } from './endpoint';

/** What ioredis' `Redis` and `Cluster` are to us. */
export interface Connection {
  readonly status: string;
  readonly isCluster?: boolean;
  readonly condition?: { readonly select?: number } | null;
  readonly stream?: unknown;
  readonly startupNodes?: readonly unknown[];
  readonly options: {
    readonly host?: string;
    readonly port?: number;
    readonly path?: string;
    readonly db?: number;
    readonly connectionName?: string;
    readonly sentinels?: readonly unknown[] | null;
  };
  [STATE]?: ConnectionState;
}

export interface PeerSocket {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
}

interface ConnectionState {
  /** The library uses this connection for itself: to watch a cluster or to ask a sentinel. */
  internal: boolean;
  /** Undefined until the peer of `stream` is known, so that it is asked for again. */
  endpoint: Endpoint | undefined;
  database: number;
  stream: unknown;
}

const STATE = Symbol('tracing-agent.connection');
/** ioredis names its own connections to a cluster `ioredis-cluster(refresher)` and `ioredis-cluster(subscriber)`. */
const OWN_NAME = 'ioredis-cluster(';
/** Nodes of a cluster's or sentinel's configuration that are listed. */
const MOST_NODES = 5;

export function connectionOf(client: Connection): ConnectionState {
  return client[STATE] ?? adopt(client);
}

function adopt(client: Connection): ConnectionState {
  const { connectionName } = client.options;
  const state: ConnectionState = {
    internal: typeof connectionName === 'string' && connectionName.startsWith(OWN_NAME),
    endpoint: undefined,
    database: -1,
    stream: undefined,
  };
  // Not enumerable: neither printed nor copied with the client.
  Object.defineProperty(client, STATE, { value: state });
  return state;
}

export function refreshEndpoint(
  state: ConnectionState,
  client: Connection,
  database: number,
  stream: unknown,
): Endpoint {
  const { options } = client;
  const nodes = client.isCluster ? client.startupNodes : options.sentinels;
  const isPath = !nodes && typeof options.path === 'string' && options.path !== '';
  const address = nodes ? addressOf(nodes) : isPath ? options.path : options.host || 'localhost';
  const peer = isPath ? undefined : peerOf(stream as PeerSocket | undefined);
  const tells = peer !== undefined && peer.address !== address;
  const endpoint = endpointAt({
    address,
    port: nodes || isPath ? undefined : options.port,
    database,
    peerAddress: tells ? peer.address : undefined,
    peerPort: tells ? peer.port : undefined,
  });
  state.endpoint = peer !== undefined || isPath || client.isCluster ? endpoint : undefined;
  state.database = database;
  state.stream = stream;
  return endpoint;
}

/** Undefined while there is no connection. */
export function peerOf(stream: PeerSocket | undefined): { address: string; port?: number } | undefined {
  const address = stream?.remoteAddress;
  if (address === undefined) return undefined;
  const port = stream?.remotePort;
  return port === undefined ? { address } : { address, port };
}

/** `host:port,host:port`. A node is a port, an URL, or an object; nothing but host and port is taken from it. */
function addressOf(nodes: readonly unknown[]): string | undefined {
  const list = nodes.slice(0, MOST_NODES).map(nodeAddress);
  return list.length === 0 ? undefined : list.join(',');
}

function nodeAddress(node: unknown): string {
  if (typeof node === 'object' && node !== null) {
    const { host = '127.0.0.1', port = DEFAULT_PORT } = node as { host?: string; port?: number };
    return `${host}:${port}`;
  }
  const text = String(node);
  if (/^\d+$/.test(text)) return `127.0.0.1:${text}`;
  try {
    const { hostname, port } = new URL(text.includes('://') ? text : `redis://${text}`);
    return `${hostname}:${port || DEFAULT_PORT}`;
  } catch {
    return '?';
  }
}
