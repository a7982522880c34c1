/**
 * Chooses how packets travel: UDP to an agent, or HTTP to a collector.
 * Last station of a span's way; made once.
 */
import type { Counters } from '../diagnostics/counters';
import type { Transport } from './transport/transport';
import { UdpTransport } from './transport/udp-transport';

export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'compact' | 'binary';
  /** Largest UDP packet in bytes. */
  readonly maxPacketSize: number;
  /** UDP packets in a second at most. */
  readonly maxMessagesPerSecond?: number | undefined;
  /** The collector's URL; where given, HTTP is used. */
  readonly endpoint: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly timeout: number;
  /** Of the collector: a batch that fails is not tried again, for another destination stands ready. */
  readonly handsBack?: boolean | undefined;
  /** For the collector; see `HttpTransportOptions`. */
  readonly compression?: 'none' | 'gzip' | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly spool?: { readonly directory: string; readonly maxBytes: number } | undefined;
  readonly holdSpans?: number | undefined;
  readonly holdBytes?: number | undefined;
  /** The counters of whoever sends; the agent's own by default. */
  readonly counters?: Counters | undefined;
}

/** Largest body of a POST in bytes: some thousand spans, far below what collectors accept. */
export const MOST_BODY = 1024 * 1024;

/** @param onRefused called when the network reports that spans sent over UDP, and counted so, met a closed port */
export function createTransport(to: Destination, onRefused: (spans: number) => void): Transport {
  if (to.endpoint === undefined) {
    const { host, port, protocol, maxPacketSize, maxMessagesPerSecond, counters } = to;
    return new UdpTransport(
      { host, port, protocol, maxBytes: maxPacketSize, maxMessagesPerSecond, counters },
      onRefused,
    );
  }
  // Read where spans go by HTTP; with its retries and its spool it is as large as the rest of sending.
  const { HttpTransport } =
    require('./transport/http-transport') as typeof import('./transport/http-transport');
  return new HttpTransport({ ...to, url: to.endpoint, maxBytes: MOST_BODY });
}
