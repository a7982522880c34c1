/**
 * Takes in what a Jaeger agent would: packets of `emitBatch` on a UDP port, compact and binary alike.
 * After a span's way: the demo's stand-in for Jaeger.
 */
import { createSocket } from 'node:dgram';
import type { SpanRow } from '../diagnostics/trace-tree';
import { decodeEmitBatch } from '../thrift/batch-decoder';
import type { JaegerBatch } from '../thrift/jaeger';

export interface Receiver {
  /** The port it listens on. */
  readonly port: number;
  /** Packets that were no batch of spans. */
  readonly malformed: number;
  /** What has arrived up to this call. */
  spans(): Promise<SpanRow[]>;
  close(): Promise<void>;
}

/** Opens a receiver on loopback; port 0 takes a free one. Rejects where the port is taken. */
export function createReceiver({ port }: { port: number }): Promise<Receiver> {
  const spans: SpanRow[] = [];
  let malformed = 0;
  const socket = createSocket('udp4');
  // A packet to ourselves comes after all that others had sent: when it is here, so are they.
  const marks = new Map<string, () => void>();
  socket.on('message', (packet) => {
    const mark = packet.length === MARK_BYTES ? marks.get(packet.toString('hex')) : undefined;
    if (mark !== undefined) {
      mark();
      return;
    }
    try {
      spans.push(...rows(decodeEmitBatch(packet)));
    } catch {
      malformed++;
    }
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', () => {
      const bound = socket.address().port;
      resolve({
        port: bound,
        get malformed() {
          return malformed;
        },
        spans: () =>
          new Promise((done) => {
            const mark = Buffer.from(
              `${process.hrtime.bigint()}`.padStart(MARK_BYTES, '0').slice(-MARK_BYTES),
            );
            marks.set(mark.toString('hex'), () => {
              marks.delete(mark.toString('hex'));
              done([...spans]);
            });
            socket.send(mark, bound, '127.0.0.1');
          }),
        close: () => new Promise((done) => socket.close(() => done())),
      });
    });
  });
}

const MARK_BYTES = 16;

function rows(batch: JaegerBatch): SpanRow[] {
  return batch.spans.map((span) => ({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    service: batch.process.serviceName,
    name: span.operationName,
    startTime: span.startTime,
    duration: span.duration,
    tags: Object.fromEntries(span.tags.map(({ key, value }) => [key, value])),
  }));
}
