/**
 * Says in words where spans go, and what an agent's address may be.
 * Beside a span's way: for the line at start, and for both ways to the settings.
 */
import type { Config } from './config';
import { show } from './shown-value';

/** The agent's port for Thrift binary; any other is taken for compact. */
export const BINARY_PORT = 6832;
/** RFC 1035: the longest name of a host. */
export const LONGEST_HOST = 253;

/** Each exporter's destination, for a line that tells where spans go; credentials are left out. */
export function destinationText({ agentHost, agentPort, endpoint, exporter }: Config): string {
  const jaeger = endpoint === undefined ? `udp://${agentHost}:${agentPort}` : show(endpoint);
  return exporter.map((name) => (name === 'jaeger' ? jaeger : name)).join(', ') || 'nowhere';
}
