/**
 * Makes what sends spans to one Jaeger, agent or collector: the batch and its timer, the encoding, and the transport.
 * Sixth station of a span's way; read with the first span.
 */
import type { Config } from '../config/config';
import type { Counters } from '../diagnostics/counters';
import { BatchSpanProcessor } from './batch/batch-span-processor';
import { SpanBatcher } from './batch/span-batcher';
import { createTransport, type Destination, MOST_BODY } from './create-transport';
import type { WatchedTransport } from './failover/watched-transport';
import { encodeProcess } from './process-tags';
import type { Sender } from './sender';
import type { Transport } from './transport/transport';

/** Puts a transport between a Jaeger sender's batcher and its real transport. */
type Watch = (direct: Transport) => WatchedTransport;

/**
 * @param to the settings' agent or collector by default
 * @param watch where another destination stands ready
 */
export function createJaeger(
  config: Config,
  counters: Counters,
  to: Destination = jaegerOf(config),
  watch?: Watch,
): Sender {
  const direct = createTransport(watch === undefined ? to : { ...to, handsBack: true }, (spans) =>
    watched === undefined ? batcher.refused(spans) : watched.refused(spans),
  );
  const watched = watch?.(direct);
  const transport: Transport = watched ?? direct;
  const batcher = new SpanBatcher({
    transport,
    counters,
    encodeProcess: (resource) => encodeProcess(resource, transport.protocol),
    maxBatchSize: config.maxExportBatchSize,
    maxQueueSize: config.maxQueueSize,
    maxQueueBytes: config.maxQueueBytes,
  });
  return new BatchSpanProcessor(batcher, transport, {
    scheduleDelay: config.scheduleDelayMillis,
    exportTimeout: config.exportTimeoutMillis,
  });
}

/** The agent or collector of the settings. */
export function jaegerOf(config: Config): Destination {
  return {
    host: config.agentHost,
    port: config.agentPort,
    protocol: config.agentProtocol,
    maxPacketSize: config.maxPacketSize,
    maxMessagesPerSecond: config.maxMessagesPerSecond,
    endpoint: config.endpoint,
    user: config.user,
    password: config.password,
    token: config.authToken,
    headers: config.headers,
    timeout: config.timeoutMillis,
    compression: config.compression,
    caFile: config.caFile,
    certFile: config.certFile,
    keyFile: config.keyFile,
    spool:
      config.spoolDir === undefined
        ? undefined
        : { directory: config.spoolDir, maxBytes: config.spoolMaxBytes },
    // Below the bounds at which the batcher drops, by one more packet.
    holdSpans: Math.max(0, config.maxQueueSize - config.maxExportBatchSize),
    holdBytes: Math.max(0, config.maxQueueBytes - MOST_BODY),
  };
}
