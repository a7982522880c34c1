/**
 * Describes a server's request by the conventions for HTTP server spans.
 * Second station of a span's way. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */

import type { IncomingHttpHeaders } from 'node:http';
import { type Attributes, type AttributeValue, SpanKind } from '@opentelemetry/api';
import type { PatchOptions, SharedOptions } from '../instrumentation';
import { readHeader } from './header-forms';
import { httpOptions } from './http-options';
import { methodPairs } from './method';
import { cut, hostName, hostPort, pathOf, pathStart, recordedQuery } from './url';

/** What is read of a request: Node's IncomingMessage, or the same of HTTP/2. */
interface Arrived {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket: object | null | undefined;
  readonly httpVersion: string;
}

/** Requests of one connection that differ in what they usually have in common, until it isn't shared any more. */
const MOST_CHANGES = 3;

/** What stays the same for a connection's requests. */
class Connection {
  readonly #scheme: string;
  readonly #peerAddress: string | undefined;
  readonly #peerPort: number | undefined;
  /** The last `Host` header, taken apart. */
  #host: string | undefined;
  #serverAddress: string | undefined;
  #serverPort: number | undefined;
  /** What the last request had. */
  #version: string | undefined;
  #agent: string | undefined;
  #client: string | undefined;
  #requests = 0;
  #changes = 0;
  #shared: Attributes | undefined;

  constructor(socket: any) {
    this.#scheme = socket?.encrypted ? 'https' : 'http';
    this.#peerAddress = socket?.remoteAddress;
    this.#peerPort = socket?.remotePort;
  }

  /**
   * Adds to `list` what a request has in common with the others of its connection, or returns that: many connections
   * bring one request, and a proxy's connection brings requests of many clients.
   * @param client the address that a proxy names
   */
  share(
    list: unknown[],
    version: string,
    host: string | undefined,
    client: string | undefined,
    agent: string | undefined,
  ): Attributes | undefined {
    const same =
      version === this.#version && host === this.#host && client === this.#client && agent === this.#agent;
    if (same && this.#shared !== undefined) return this.#shared;
    if (!same) {
      if (this.#requests > 0) this.#changes++;
      this.#shared = undefined;
      this.#version = version;
      this.#client = client;
      this.#agent = agent;
      if (host !== this.#host) {
        this.#host = host;
        this.#serverAddress = host ? hostName(host) : undefined;
        this.#serverPort = host ? hostPort(host) : undefined;
      }
    }
    if (this.#requests++ === 0 || this.#changes > MOST_CHANGES) {
      this.#describe(list);
      return undefined;
    }
    const pairs: unknown[] = [];
    this.#describe(pairs);
    const shared: Attributes = {};
    for (let at = 0; at < pairs.length; at += 2)
      shared[pairs[at] as string] = pairs[at + 1] as AttributeValue;
    this.#shared = shared;
    return shared;
  }

  #describe(list: unknown[]): void {
    list.push('url.scheme', this.#scheme, 'network.protocol.version', this.#version);
    if (this.#serverAddress !== undefined) list.push('server.address', this.#serverAddress);
    if (this.#serverPort !== undefined) list.push('server.port', this.#serverPort);
    if (this.#peerAddress !== undefined) {
      list.push('network.peer.address', this.#peerAddress);
      if (this.#peerPort !== undefined) list.push('network.peer.port', this.#peerPort);
    }
    const client = this.#client ?? this.#peerAddress;
    if (client !== undefined) list.push('client.address', client);
    if (this.#agent !== undefined) list.push('user_agent.original', cut(this.#agent, 512));
  }
}

const connections = new WeakMap<object, Connection>();

/** What the span of `request` starts with: all that is known when it arrives, which samplers see. */
export function serverSpanOptions(
  request: Arrived,
  options: PatchOptions,
  host: string | undefined = request.headers.host,
): SharedOptions {
  const { headers, socket } = request;
  // One that an application made itself may have none: null.
  const method = request.method ?? 'GET';
  let connection = socket ? connections.get(socket) : undefined;
  if (connection === undefined) {
    connection = new Connection(socket);
    if (socket) connections.set(socket, connection);
  }
  const list = methodPairs(method);
  if (method !== 'CONNECT') addTarget(list, request.url ?? '/', options);
  const client = forwardedFor(headers);
  const shared = connection.share(list, request.httpVersion, host, client, headers['user-agent']);
  const captured = httpOptions(options)?.serverRequest?.add({}, headers, readHeader, Object.keys);
  if (captured !== undefined) for (const key of Object.keys(captured)) list.push(key, captured[key]);
  return { kind: SpanKind.SERVER, list, shared };
}

function addTarget(list: unknown[], target: string, options: PatchOptions): void {
  const start = pathStart(target);
  const mark = target.indexOf('?', start);
  list.push('url.path', cut(pathOf(target)));
  if (mark === -1) return;
  const query = recordedQuery(target.slice(mark + 1), options);
  if (query !== undefined) list.push('url.query', query);
}

/** The first address that proxies name: `X-Forwarded-For: client, proxy`, or `Forwarded: for=client;proto=https`. */
function forwardedFor(headers: IncomingHttpHeaders): string | undefined {
  const listed = headers['x-forwarded-for'];
  if (typeof listed === 'string') {
    const comma = listed.indexOf(',');
    const first = (comma === -1 ? listed : listed.slice(0, comma)).trim();
    if (first !== '') return cut(first, 255);
  }
  const forwarded = headers.forwarded;
  if (forwarded === undefined) return undefined;
  const found = /(?:^|[;,\s])for="?(\[[^\]]*\]|[^\s",;:]+)/i.exec(cut(forwarded));
  return found === null ? undefined : cut(found[1]!.replace(/^\[|\]$/g, ''), 255);
}
