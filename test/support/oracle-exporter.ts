/**
 * What `@opentelemetry/exporter-jaeger` sends for given spans: its own conversion and encoding, its socket left out.
 */
import { JaegerExporter } from '@opentelemetry/exporter-jaeger';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** Its packets, in the binary protocol, in order. Packets may be as long as they come. */
export async function oraclePackets(spans: ReadableSpan[]): Promise<Buffer[]> {
  const packets: Buffer[] = [];
  const exporter = new JaegerExporter({ host: '127.0.0.1', port: 1, maxPacketSize: 2 ** 25 }) as any;
  exporter._getSender({ tags: [{ key: 'service.name', vStr: 'oracle' }] })._client.send = (
    packet: Buffer,
    _offset: number,
    length: number,
    _port: number,
    _host: string,
    done: (error: Error | null, sent: number) => void,
  ) => {
    packets.push(packet);
    done(null, length);
  };
  const result = await new Promise<{ code: number; error?: Error }>((resolve) =>
    exporter.export(spans, resolve),
  );
  await exporter.shutdown();
  if (result.code !== 0) throw result.error ?? new Error('the oracle failed');
  return packets;
}
