/**
 * Spans of one resource on their way into one packet: encoded where they will be sent from, nothing is copied.
 * Sixth station of a span's way: the batch fills it, the transport sends it.
 *
 * The buffer: room | message header, process, list header → | spans … | seqNo, stats, stops. What is in front has a
 * length that only the number of spans decides, and is written last, flush against the spans.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { BinaryWriter } from '../../thrift/binary-writer';
import { CompactWriter } from '../../thrift/compact-writer';
import { BATCH, EMIT_BATCH, EMIT_BATCH_FIELDS, type JaegerStats, STATS } from '../../thrift/jaeger';
import * as Type from '../../thrift/type';
import { type Writer, WriterFull } from '../../thrift/writer';
import { encodeProcess } from './process-encoder';
import { encodeSpan } from './span-encoder';
import { encoded } from './tag-encoder';

export interface BatchPacketOptions {
  readonly protocol: Type.Protocol;
  /** `message`: an `emitBatch` call, for a datagram. `bare`: the batch alone, for an HTTP body. */
  readonly envelope: 'message' | 'bare';
  /** The finished packet is never longer; 65,000 is what a Jaeger agent takes. */
  readonly maxBytes: number;
}

interface BatchTrailer {
  /** Counts the batches of this sender. */
  readonly seqNo: number;
  readonly stats: Readonly<JaegerStats>;
}

/** Numbers of the most bytes: room is kept for any trailer, since it is known only when the packet is sent. */
const LARGEST_TRAILER: BatchTrailer = {
  seqNo: Number.MAX_VALUE,
  stats: {
    fullQueueDroppedSpans: Number.MAX_VALUE,
    tooLargeDroppedSpans: Number.MAX_VALUE,
    failedToEmitSpans: Number.MAX_VALUE,
  },
};
/** A list header's longest form. */
const LONGEST_LIST_HEADER = 6;
/** A writer wants the room of a number's longest form, though the number may end a byte before the limit. */
const SLACK = 16;
/** A packet for UDP never grows; one for HTTP begins with this. */
const FIRST_BYTES = 2 ** 16;

export class BatchPacket {
  private readonly writer: Writer;
  private process: Uint8Array;
  private spans = 0;
  /** Bytes in front of the list of spans. */
  private headBytes = 0;
  /** Bytes behind it, at most. */
  private readonly trailerBytes: number;
  /** Where the first span begins. */
  private start = 0;
  /** Where the last span ends. */
  private end = 0;

  /** Spans without a process have an unknown service: `setProcess` comes before the first of them. */
  constructor(private readonly options: BatchPacketOptions) {
    const limit = options.maxBytes + LONGEST_LIST_HEADER + SLACK;
    this.writer =
      options.protocol === 'compact'
        ? new CompactWriter(FIRST_BYTES, limit)
        : new BinaryWriter(FIRST_BYTES, limit);
    this.process = encodeProcess(options.protocol, {});
    this.trailerBytes = encoded(options.protocol, (writer) =>
      this.writeTrailer(writer, LARGEST_TRAILER),
    ).length;
    this.setProcess(this.process);
  }

  get maxBytes(): number {
    return this.options.maxBytes;
  }

  /** Spans that the packet holds. */
  get spanCount(): number {
    return this.spans;
  }

  /** Bytes that `finish` gives at most; less where `seqNo` and the counts are small. */
  get byteLength(): number {
    return this.bytesWith(this.spans, this.end);
  }

  /**
   * Says whose spans these are, and empties the packet.
   * @param bytes of `encodeProcess`, in this packet's protocol
   */
  setProcess(bytes: Uint8Array): void {
    this.process = bytes;
    this.headBytes = encoded(this.options.protocol, (writer) => this.writeHead(writer)).length;
    this.start = this.headBytes + LONGEST_LIST_HEADER;
    this.reset();
  }

  /**
   * Encodes a span behind the others.
   * @returns false, with the packet as it was, where the span has no room: beside the others or, in an empty packet,
   *   at all
   */
  append(span: ReadableSpan): boolean {
    const { writer } = this;
    writer.position = this.end;
    try {
      encodeSpan(writer, span);
    } catch (error) {
      if (error instanceof WriterFull) return false;
      throw error;
    }
    if (this.bytesWith(this.spans + 1, writer.position) > this.options.maxBytes) return false;
    this.end = writer.position;
    this.spans++;
    return true;
  }

  /** Completes the packet. @returns a view of it, which holds until the next `append`, `reset` or `setProcess` */
  finish(trailer: BatchTrailer): Buffer {
    const { writer } = this;
    writer.position = this.end;
    this.writeTrailer(writer, trailer);
    const end = writer.position;
    const first = this.start - this.headBytes - this.listHeaderBytes(this.spans);
    writer.position = first;
    this.writeHead(writer);
    writer.list(Type.STRUCT, this.spans);
    return writer.buffer.subarray(first, end);
  }

  /** Empties the packet; the process stays. */
  reset(): void {
    this.spans = 0;
    this.end = this.start;
  }

  private bytesWith(spans: number, end: number): number {
    return this.headBytes + this.listHeaderBytes(spans) + end - this.start + this.trailerBytes;
  }

  /** As `Writer.list` writes it. */
  private listHeaderBytes(size: number): number {
    if (this.options.protocol === 'binary') return 5;
    if (size < 15) return 1;
    let bytes = 2;
    for (let rest = size >>> 7; rest > 0; rest >>>= 7) bytes++;
    return bytes;
  }

  /** All in front of the list's header. */
  private writeHead(writer: Writer): void {
    if (this.options.envelope === 'message') {
      writer.oneWayMessage(EMIT_BATCH, 0);
      writer.field(Type.STRUCT, EMIT_BATCH_FIELDS.batch, 0);
    }
    writer.field(Type.STRUCT, BATCH.process, 0);
    writer.raw(this.process);
    writer.field(Type.LIST, BATCH.spans, BATCH.process);
  }

  private writeTrailer(writer: Writer, { seqNo, stats }: BatchTrailer): void {
    writer.field(Type.I64, BATCH.seqNo, BATCH.spans);
    writer.i64(seqNo);
    writer.field(Type.STRUCT, BATCH.stats, BATCH.seqNo);
    writer.field(Type.I64, STATS.fullQueueDroppedSpans, 0);
    writer.i64(stats.fullQueueDroppedSpans);
    writer.field(Type.I64, STATS.tooLargeDroppedSpans, STATS.fullQueueDroppedSpans);
    writer.i64(stats.tooLargeDroppedSpans);
    writer.field(Type.I64, STATS.failedToEmitSpans, STATS.tooLargeDroppedSpans);
    writer.i64(stats.failedToEmitSpans);
    writer.stop();
    writer.stop();
    if (this.options.envelope === 'message') writer.stop();
  }
}
