/**
 * Describes a request that `http` or `https` sends by the conventions for HTTP client spans.
 * Second station of a span's way. https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */

import type { ClientRequest } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import type { PatchOptions } from '../instrumentation';
import { setMethod } from './method';
import { fullUrl, hostName, hostPort } from './url';

/** What an agent's `addRequest` is told about the connection; undefined where the request uses no usual agent. */
export interface ConnectionOptions {
  host?: string | null;
  port?: number | string | null;
  socketPath?: string;
}

/** The attributes that are known before `request` is sent, which samplers see. */
export function clientAttributes(
  request: ClientRequest,
  connection: ConnectionOptions | undefined,
  options: PatchOptions,
): Attributes {
  const attributes: Attributes = {};
  setMethod(attributes, request.method);
  const protocol = request.protocol ?? 'http:';
  const header = request.getHeader('host');
  const named = typeof header === 'string' ? header : '';
  const host = connection?.host || request.host || hostName(named) || 'localhost';
  const usual = protocol === 'https:' ? 443 : 80;
  const port = Number(connection?.port ?? hostPort(named) ?? usual);
  const socketPath = connection?.socketPath ?? (request as any).socketPath;
  if (socketPath) {
    attributes['server.address'] = String(socketPath);
    attributes['network.transport'] = 'unix';
  } else {
    attributes['server.address'] = host;
    if (port > 0) attributes['server.port'] = port;
  }
  const bracketed = host.includes(':') && host[0] !== '[' ? `[${host}]` : host;
  const origin = `${protocol}//${port === usual || !(port > 0) ? bracketed : `${bracketed}:${port}`}`;
  // A tunnel's target is `host:port`, not a path.
  const target = request.method === 'CONNECT' ? '/' : request.path;
  attributes['url.full'] = fullUrl(origin, target, options);
  return attributes;
}
