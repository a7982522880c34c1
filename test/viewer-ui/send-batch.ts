/** Sends a packet as an agent's client would: a numbered batch with one span, what it says it dropped, or no batch at all. */
import { createSocket } from 'node:dgram';
import { encodeEmitBatch } from '../support/thrift-oracle';

interface Batch {
  service: string;
  seqNo: number;
  /** Spans that a full queue dropped. */
  dropped?: number;
}

export async function sendBatch(port: number, batch: Batch | string): Promise<void> {
  const packet = typeof batch === 'string' ? Buffer.from(batch) : encoded(batch);
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) =>
      socket.send(packet, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
    );
  } finally {
    socket.close();
  }
}

function encoded({ service, seqNo, dropped = 0 }: Batch): Buffer {
  const id = seqNo.toString(16).padStart(16, '0');
  const span = {
    traceIdLow: id,
    traceIdHigh: 'd'.repeat(16),
    spanId: id,
    parentSpanId: '0'.repeat(16),
    operationName: 'work',
    flags: 1,
    startTime: Date.now() * 1000,
    duration: 1000,
  };
  const stats = { fullQueueDroppedSpans: dropped, tooLargeDroppedSpans: 0, failedToEmitSpans: 0 };
  return encodeEmitBatch({ process: { serviceName: service }, spans: [span], seqNo, stats }, 'compact');
}
