/**
 * Describes a server's request by the conventions for HTTP server spans.
 * Second station of a span's way. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import type { PatchOptions } from '../instrumentation';
import { readHeader } from './header-forms';
import { httpOptions } from './http-options';
import { setMethod } from './method';
import { cut, hostName, hostPort, pathOf, pathStart, recordedQuery } from './url';

/** What is read of a request: Node's IncomingMessage, or the same of HTTP/2. */
interface Arrived {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket: object | null | undefined;
  readonly httpVersion: string;
}

/** What stays the same for a connection's requests. */
class Connection {
  readonly scheme: string;
  readonly peerAddress: string | undefined;
  readonly peerPort: number | undefined;
  /** The last `Host` header, taken apart. */
  host: string | undefined;
  serverAddress: string | undefined;
  serverPort: number | undefined;

  constructor(socket: any) {
    this.scheme = socket?.encrypted ? 'https' : 'http';
    this.peerAddress = socket?.remoteAddress;
    this.peerPort = socket?.remotePort;
  }
}

const connections = new WeakMap<object, Connection>();

/** The attributes of `request` that are known when it arrives, which samplers see. */
export function serverAttributes(
  request: Arrived,
  options: PatchOptions,
  host: string | undefined = request.headers.host,
): Attributes {
  const { headers, socket } = request;
  const target = request.url ?? '/';
  let connection = socket ? connections.get(socket) : undefined;
  if (connection === undefined) {
    connection = new Connection(socket);
    if (socket) connections.set(socket, connection);
  }
  const attributes: Attributes = { 'url.scheme': connection.scheme };
  setMethod(attributes, request.method ?? 'GET');
  if (request.method !== 'CONNECT') setTarget(attributes, target, options);
  setServer(attributes, connection, host);
  if (connection.peerAddress !== undefined) {
    attributes['network.peer.address'] = connection.peerAddress;
    if (connection.peerPort !== undefined) attributes['network.peer.port'] = connection.peerPort;
  }
  const client = forwardedFor(headers) ?? connection.peerAddress;
  if (client !== undefined) attributes['client.address'] = client;
  attributes['network.protocol.version'] = request.httpVersion;
  const agent = headers['user-agent'];
  if (agent !== undefined) attributes['user_agent.original'] = cut(agent, 512);
  httpOptions(options)?.serverRequest?.add(attributes, headers, readHeader, Object.keys);
  return attributes;
}

function setTarget(attributes: Attributes, target: string, options: PatchOptions): void {
  const start = pathStart(target);
  const mark = target.indexOf('?', start);
  attributes['url.path'] = cut(pathOf(target));
  if (mark === -1) return;
  const query = recordedQuery(target.slice(mark + 1), options);
  if (query !== undefined) attributes['url.query'] = query;
}

function setServer(attributes: Attributes, connection: Connection, host: string | undefined): void {
  if (host === undefined || host === '') return;
  if (host !== connection.host) {
    connection.host = host;
    connection.serverAddress = hostName(host);
    connection.serverPort = hostPort(host);
  }
  attributes['server.address'] = connection.serverAddress;
  if (connection.serverPort !== undefined) attributes['server.port'] = connection.serverPort;
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
