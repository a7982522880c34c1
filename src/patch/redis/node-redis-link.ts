/**
 * Lets a node-redis client's private queue know its client, and with it where its commands go.
 * Second station of a span's way: asked for every command that enters a queue.
 */
import type { Tools } from '../instrumentation';
import { type Endpoint, endpointAt } from './endpoint';

export interface Client {
  readonly _self?: Client;
  /** Since 4.1. */
  readonly isReady?: boolean;
  /** Since 4.6; asks the queue. */
  readonly isPubSubActive?: boolean;
  readonly options?: {
    readonly socket?: { readonly host?: string; readonly port?: number; readonly path?: string };
    readonly database?: number;
    readonly pingInterval?: number;
    readonly credentialsProvider?: { readonly type?: string };
    readonly modules?: { readonly sentinel?: { readonly sentinelSentinels?: unknown } };
  };
  multiExecutor?(commands: readonly unknown[]): unknown;
}

/** What a queue knows of its client. */
export interface Link {
  readonly client: Client;
  /** The library's own client, which watches sentinels. */
  readonly internal: boolean;
  database: number;
  endpoint: Endpoint;
}

const LINK = Symbol('tracing-agent.link');
export type Queue = { [LINK]?: Link };

const links = new WeakMap<object, Link>();
/** Set while a client is asked something that only its private queue answers; all of that is synchronous. */
let asking: Link | undefined;

/** What a client or a queue is linked with. */
export function linkOf(of: Client | Queue): Link | undefined {
  return (of as Queue)[LINK] ?? links.get((of as Client)._self ?? of);
}

/** To be called when the client connects: a command needs an open client. */
export function link(tools: Tools, client: Client): void {
  try {
    if (links.has(client)) return;
    const { database = 0, modules } = client.options ?? {};
    const internal = modules?.sentinel?.sentinelSentinels !== undefined;
    const found: Link = { client, internal, database, endpoint: endpointOf(client, database) };
    links.set(client, found);
    asking = found;
    if ('isPubSubActive' in client) void client.isPubSubActive;
    // Before 4.6 nothing but a command reaches the queue; this one ends in `adopt`.
    else client.multiExecutor?.([{ args: [] }]);
  } catch (error) {
    tools.fault(error);
  } finally {
    asking = undefined;
  }
}

/** @param prototype the queue's */
export function linkQueues(prototype: object): void {
  const getter = Object.getOwnPropertyDescriptor(prototype, 'isPubSubActive');
  if (getter?.get === undefined) return;
  const { get } = getter;
  Object.defineProperty(prototype, 'isPubSubActive', {
    ...getter,
    get(this: Queue) {
      adopt(this);
      return get.call(this);
    },
  });
}

/** Whether the queue was reached by `link`, and by no command. */
export function adopt(queue: Queue): boolean {
  if (asking === undefined) return false;
  Object.defineProperty(queue, LINK, { value: asking, configurable: true });
  return true;
}

export function isAdopting(): boolean {
  return asking !== undefined;
}

/** Commands keep their order, so that those queued from now on run in the new database. */
export function select(known: Link, index: unknown): void {
  const database = Number(index);
  if (!Number.isInteger(database) || database === known.database) return;
  known.database = database;
  known.endpoint = endpointOf(known.client, database);
}

function endpointOf(client: Client, database: number): Endpoint {
  const { host, port, path } = client.options?.socket ?? {};
  if (typeof path === 'string') return endpointAt({ address: path, database });
  return endpointAt({
    address: host || 'localhost',
    port: port === undefined ? undefined : Number(port),
    database,
  });
}
