/**
 * Takes in what a Jaeger agent would: packets of `emitBatch` on a UDP port, compact and binary alike.
 * After a span's way: a small stand-in for Jaeger, for scripts and tests that need no store and no page.
 */
import { createSocket } from 'node:dgram';
import type { SpanRow } from '../diagnostics/trace-tree';
import { decodeEmitBatch } from '../thrift/batch-decoder';
import type { JaegerBatch } from '../thrift/jaeger';

interface ReceiverOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Loopback unless it is given: anybody who reaches another address can send spans. */
  readonly host?: string;
  /** Spans kept, the oldest go first; 10,000 by default. A packet has at most the 64 kB of UDP. */
  readonly maxSpans?: number;
}

export interface Receiver {
  /** The address and port it listens on. */
  readonly host: string;
  readonly port: number;
  /** Packets that were no batch of spans. */
  readonly malformed: number;
  /** Spans that had to go for newer ones. */
  readonly dropped: number;
  /** What has arrived up to this call. */
  spans(): Promise<SpanRow[]>;
  close(): Promise<void>;
}

const MOST_SPANS = 10_000;
const MARK_BYTES = 16;

/** Opens a receiver. Rejects where the port is taken. */
export function createReceiver({
  port,
  host = '127.0.0.1',
  maxSpans = MOST_SPANS,
}: ReceiverOptions): Promise<Receiver> {
  let spans: SpanRow[] = [];
  let malformed = 0;
  let dropped = 0;
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  // A packet to ourselves comes after all that others had sent: when it is here, so are they.
  const marks = new Map<string, () => void>();
  socket.on('message', (packet) => {
    const mark = packet.length === MARK_BYTES ? marks.get(packet.toString('hex')) : undefined;
    if (mark !== undefined) {
      mark();
      return;
    }
    try {
      for (const row of rows(decodeEmitBatch(packet))) spans.push(row);
    } catch {
      malformed++;
    }
    // In halves, so that a steady stream doesn't move the list for each packet.
    if (spans.length <= maxSpans * 2) return;
    dropped += spans.length - maxSpans;
    spans = spans.slice(-maxSpans);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      const bound = socket.address();
      resolve({
        host: bound.address,
        port: bound.port,
        get malformed() {
          return malformed;
        },
        get dropped() {
          return dropped + Math.max(0, spans.length - maxSpans);
        },
        spans: () =>
          new Promise((done) => {
            const mark = Buffer.from(
              `${process.hrtime.bigint()}`.padStart(MARK_BYTES, '0').slice(-MARK_BYTES),
            );
            marks.set(mark.toString('hex'), () => {
              marks.delete(mark.toString('hex'));
              done(spans.slice(-maxSpans));
            });
            socket.send(mark, bound.port, bound.address);
          }),
        close: () => new Promise((done) => socket.close(() => done())),
      });
    });
  });
}

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
