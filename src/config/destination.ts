/**
 * Says in words where spans go.
 * Beside a span's way: for the line at start.
 */
import type { Config } from './config';
import { show } from './shown-value';

/** Each exporter's destination, for a line that tells where spans go; credentials are left out. */
export function destinationText({ agentHost, agentPort, endpoint, exporter }: Config): string {
  const jaeger = endpoint === undefined ? `udp://${agentHost}:${agentPort}` : show(endpoint);
  return exporter.map((name) => (name === 'jaeger' ? jaeger : name)).join(', ') || 'nowhere';
}
