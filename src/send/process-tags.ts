/**
 * Makes Jaeger's Process of a resource: service name, the resource's attributes, and the tags that Jaeger clients add.
 * Sixth station of a span's way; done once for each resource.
 */
import type { Resource } from '@opentelemetry/resources';
import { VERSION } from '../version';
import { encodeProcess as encode } from './encode/process-encoder';

let clientUuid: string | undefined;

/** Thrift bytes, in the transport's protocol. */
export function encodeProcess(resource: Resource, protocol: 'compact' | 'binary'): Uint8Array {
  // Read here, with the first span, so that a process without spans doesn't pay for it.
  const { hostname, networkInterfaces } = require('node:os') as typeof import('node:os');
  clientUuid ??= randomHex(8);
  return encode(protocol, resource.attributes, {
    hostname: hostname(),
    ip: ownAddress(networkInterfaces),
    'client-uuid': clientUuid,
    'jaeger.version': `tracing-agent-node-${VERSION}`,
  });
}

/** The first address that others can reach, as jaeger-client chose it; else loopback. */
function ownAddress(networkInterfaces: typeof import('node:os').networkInterfaces): string {
  try {
    for (const list of Object.values(networkInterfaces())) {
      for (const each of list ?? []) if (!each.internal && each.family === 'IPv4') return each.address;
    }
  } catch {
    // Some sandboxes forbid to list the interfaces.
  }
  return '127.0.0.1';
}

/** Tells processes apart, as jaeger-client's did; no secret, so `crypto` needn't load for it. */
function randomHex(bytes: number): string {
  let hex = '';
  for (let i = 0; i < bytes; i++) hex += ((Math.random() * 256) | 0).toString(16).padStart(2, '0');
  return hex;
}
